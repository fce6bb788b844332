#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace docket {

/// A run's report (docs/report.schema.json) as a person wants to read it: the stages, then what needs
/// attention.
std::string format_report(const nlohmann::ordered_json& report);
/// How many answers are not accepted and how many texts are not good, from the `stages` of a report; empty:
/// none.
std::string format_doubts(const nlohmann::ordered_json& stages);
/// Of a report, only what failed; empty: nothing did.
std::string format_failures(const nlohmann::ordered_json& report);

}  // namespace docket
