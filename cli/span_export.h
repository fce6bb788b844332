#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/support/result.h"

namespace docket {

/// The address that OpenTelemetry's environment variables name for spans; nothing: none, or they say no.
std::optional<std::string> span_endpoint_of_environment();
/// Of a collector, as --otlp names it: `/v1/traces` is added where it is missing.
std::string span_endpoint(const std::string& url);

/// Sends what a run did to a collector over OTLP/HTTP. `only_locally`: nothing may leave this machine. The
/// Error says what failed; what was sent before stays sent.
std::optional<Error> export_spans(const std::filesystem::path& output, const nlohmann::ordered_json& report,
                                  const std::string& endpoint, bool only_locally);

}  // namespace docket
