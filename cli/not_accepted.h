#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/pipeline.h"

namespace docket {

/// The stage's setting `accept`; nothing: it has none.
std::optional<double> accept_of(const Pipeline& pipeline, const std::string& stage);

/// What a stage's output says of how far it can be trusted, one line each: the label; the fields that are not
/// accepted, and why; the grade of the text; problems. For people.
std::string findings_of(const nlohmann::json& output, std::optional<double> accept);

}  // namespace docket
