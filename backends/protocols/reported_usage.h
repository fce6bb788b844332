#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pipeline/backend.h"

namespace docket::backends {

/// What one call took and how it is billed, as far as the reply of a model server says it.
struct ReportedUsage {
  /// Of what does not add up, what is known, and `unpriced_calls` is 1.
  Usage usage;
  Billing billing;
};

/// Reads the usage in whatever words the server, or who handed its words on, has for it: a table of members
/// in reported_usage.cpp, with their sources. What is in one place part of a count and in another beside it
/// (cached tokens, thinking) is told apart by the total, so that it is counted once. `model` as requested.
ReportedUsage reported_usage(const nlohmann::json& body, std::string_view model);

/// Adds it to what the reply to `backend` says of itself.
void note_usage(const nlohmann::json& body, const std::string& backend, const std::string& model,
                Reply& reply);

}  // namespace docket::backends
