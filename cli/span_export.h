#pragma once
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "pipeline/support/result.h"

namespace docket {

/// The address that OpenTelemetry's environment variables name for spans; nothing: none, or they say no.
std::optional<std::string> span_endpoint_of_environment();
/// Of a collector, as --otlp names it: `/v1/traces` is added where it is missing.
std::string span_endpoint(const std::string& url);

struct SpanOptions {
  bool only_locally = false;                              ///< Nothing may leave this machine.
  std::stop_token stop = {};                              ///< No more are sent.
  std::optional<std::chrono::milliseconds> longest = {};  ///< For all of them; none: as long as it takes.
};

/// Sends what a run did to a collector over OTLP/HTTP. The Error says what failed; what was sent before stays
/// sent.
std::optional<Error> export_spans(const std::filesystem::path& output, const nlohmann::ordered_json& report,
                                  const std::string& endpoint, const SpanOptions& options);

}  // namespace docket
