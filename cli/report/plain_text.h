#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace docket {

/// What else than a failure fails the run.
struct AlsoFails {
  bool unsure = false, held = false;
};

/// A run's report (docs/report.schema.json) as a person wants to read it: the stages, then what needs
/// attention.
std::string format_report(const nlohmann::ordered_json& report);
/// How many answers are not accepted and how many texts are not good, from the `stages` of a report; empty:
/// none.
std::string format_doubts(const nlohmann::ordered_json& stages);
/// Of a report, only the documents that make the exit code 1: not those that are acknowledged. Empty: none
/// do. `pipeline`: as in a command that is typed.
std::string format_failures(const nlohmann::ordered_json& report, AlsoFails also,
                            const std::string& pipeline);

}  // namespace docket
