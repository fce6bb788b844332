#include <spdlog/fmt/fmt.h>

#include "cli/report/formats.h"
#include "cli/report/markup.h"
#include "cli/report/reasons.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

/// Tests of one report: their text, and how many there are of each kind.
class TestCases {
 public:
  explicit TestCases(std::string pipeline) : pipeline_(std::move(pipeline)) {}

  void passed(const RunDocument& document) {
    ++all_;
    text_ += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"/>\n", markup(pipeline_),
                         markup(document.path), static_cast<double>(document.wall_ns) / 1e9);
  }
  void failed(const std::string& name, const std::string& type, const std::string& message) {
    ++all_;
    ++failures_;
    add(name, fmt::format("<failure type=\"{}\" message=\"{}\"/>", markup(type), markup(message)));
  }
  void skipped(const std::string& name, const std::string& message) {
    ++all_;
    ++skipped_;
    add(name, fmt::format("<skipped message=\"{}\"/>", markup(message)));
  }

  /// The attributes that count them.
  std::string counts() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", all_, failures_, skipped_);
  }
  const std::string& text() const { return text_; }

 private:
  void add(const std::string& name, const std::string& how) {
    text_ += fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"0\">{}</testcase>\n",
                         markup(pipeline_), markup(name), how);
  }
  const std::string pipeline_;
  std::int64_t all_ = 0, failures_ = 0, skipped_ = 0;
  std::string text_;
};

void add_failed(TestCases& tests, const ordered_json& group) {
  for (const ordered_json& document : group["documents"]) {
    const std::string stage = document.value("stage", ""), message = document["message"];
    const std::string said = stage.empty() ? message : stage + ": " + message;
    if (document.value("standing", "") == "acknowledged")
      tests.skipped(document["path"], "failed, acknowledged: " + said);
    else
      tests.failed(document["path"], group["class"], said);
  }
}

/// What the tests cannot say, since the first of many stand for all.
std::string properties_of(const ordered_json& report) {
  std::string text = "  <properties>\n";
  const auto add = [&](const std::string& name, const std::string& value) {
    text += "    <property name=\"" + name + "\" value=\"" + markup(value) + "\"/>\n";
  };
  add("run", report["run"]["id"]);
  add("exit_code", report["run"]["exit_code"].dump());
  for (const auto& [state, count] : report["documents"].items())
    add("documents." + state, count.dump());
  const ordered_json& usage = report["totals"]["usage"];
  if (usage["cost_usd"].is_number()) add("cost_usd", usage["cost_usd"].dump());
  return text + "  </properties>\n";
}

}  // namespace

std::string report_as_junit(const ordered_json& report, const std::vector<RunDocument>& done) {
  TestCases tests(report["pipeline"]["name"]);
  if (report.contains("input"))
    for (const ordered_json& problem : report["input"]["problems"]["first"])
      tests.failed("input", "input", problem);
  for (const ordered_json& group : report["errors"])
    add_failed(tests, group);
  for (const ordered_json& group : report["held"])
    for (const ordered_json& document : group["documents"]) {
      const std::string reasons = held_reasons(document);
      tests.skipped(document["path"],
                    "held: " + group["why"].get<std::string>() + (reasons.empty() ? "" : ": " + reasons));
    }
  for (const RunDocument& document : done)
    tests.passed(document);
  const ordered_json& run = report["run"];
  std::string started = run["started"];
  if (started.ends_with('Z')) started.pop_back();  // The schema has no zone.
  return std::string(junit_begins) +
         fmt::format("{}\" {} time=\"{:.3f}\" timestamp=\"{}\">\n",
                     markup(report["pipeline"]["name"].get<std::string>()), tests.counts(),
                     run["wall_ms"].get<double>() / 1000, markup(started)) +
         properties_of(report) + tests.text() + "</testsuite>\n";
}

}  // namespace docket
