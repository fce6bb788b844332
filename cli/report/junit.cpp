#include "cli/report/formats.h"
#include "cli/report/junit_suite.h"
#include "cli/report/reasons.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

void add_failed(JunitSuite& suite, const ordered_json& group) {
  for (const ordered_json& document : group["documents"]) {
    const std::string stage = document.value("stage", ""), message = document["message"];
    const std::string said = stage.empty() ? message : stage + ": " + message;
    if (document.value("standing", "") == "acknowledged")
      suite.skipped(document["path"], "failed, acknowledged: " + said);
    else
      suite.failed(document["path"], group["class"], said);
  }
}

/// What the tests cannot say, since the first of many stand for all.
void add_properties(JunitSuite& suite, const ordered_json& report) {
  suite.add_property("run", report["run"]["id"]);
  suite.add_property("exit_code", report["run"]["exit_code"].dump());
  for (const auto& [state, count] : report["documents"].items())
    suite.add_property("documents." + state, count.dump());
  const ordered_json& usage = report["totals"]["usage"];
  if (usage["cost_usd"].is_number()) suite.add_property("cost_usd", usage["cost_usd"].dump());
}

}  // namespace

std::string report_as_junit(const ordered_json& report, const std::vector<RunDocument>& done) {
  JunitSuite suite(report["pipeline"]["name"]);
  add_properties(suite, report);
  if (report.contains("input"))
    for (const ordered_json& problem : report["input"]["problems"]["first"])
      suite.failed("input", "input", problem);
  for (const ordered_json& group : report["errors"])
    add_failed(suite, group);
  for (const ordered_json& group : report["held"])
    for (const ordered_json& document : group["documents"]) {
      const std::string reasons = held_reasons(document);
      suite.skipped(document["path"],
                    "held: " + group["why"].get<std::string>() + (reasons.empty() ? "" : ": " + reasons));
    }
  for (const RunDocument& document : done)
    suite.passed(document.path, static_cast<double>(document.wall_ns) / 1e9);
  return suite.text(report["run"]["wall_ms"].get<double>() / 1000, report["run"]["started"]);
}

}  // namespace docket
