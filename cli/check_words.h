#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/calls/probe.h"
#include "pipeline/pipeline.h"

namespace docket {

/// What a server turned out to be, on one line.
std::string probe_line(const backends::ProbeResult& result, const Pipeline& pipeline);
/// What speaks against it, though it can be used: bad answers, a list of models without this one.
std::vector<std::string> probe_warnings(const backends::ProbeResult& result);
nlohmann::ordered_json probe_json(const backends::ProbeResult& result);

/// Where the servers of a backend are, as a line; empty: it has none.
std::string place_line(const BackendConfig& backend);

/// What the calls of a backend cost, and who says so; empty: nothing is known of money.
std::string price_words(const BackendConfig& backend);

}  // namespace docket
