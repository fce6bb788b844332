#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger/run_documents.h"

namespace docket {

// Forms of a report (docs/report.schema.json) for other programs.

/// What node_exporter's textfile collector reads: each figure of the last run, as a gauge.
std::string report_for_prometheus(const nlohmann::ordered_json& report);

/// What CI systems read as the results of tests: a test for each document that failed or is held, and for
/// those of `done`.
std::string report_as_junit(const nlohmann::ordered_json& report, const std::vector<RunDocument>& done);

/// For a comment at a pull request: short, and with nothing in it that GitHub would obey.
std::string report_as_markdown(const nlohmann::ordered_json& report);

}  // namespace docket
