#include <spdlog/fmt/fmt.h>

#include <string_view>
#include <utility>

#include "cli/report/formats.h"
#include "cli/report/times.h"
#include "cli/terminal/words.h"

namespace docket {
namespace {

using nlohmann::ordered_json;
using Labels = std::vector<std::pair<const char*, std::string>>;

/// The text format, version 0.0.4: a name, what it is, and its samples.
class Exposition {
 public:
  explicit Exposition(std::string pipeline) : pipeline_(std::move(pipeline)) {}

  void metric(std::string_view name, std::string_view help) {
    name_ = name;
    head_ = fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  }
  /// Null, which is not known, is no sample; a metric without any is left out.
  void sample(const Labels& labels, const ordered_json& value) {
    if (!value.is_number()) return;
    text_ += std::exchange(head_, "") + name_ + "{pipeline=\"" + escaped(pipeline_) + "\"";
    for (const auto& [label, content] : labels)
      text_ += std::string(",") + label + "=\"" + escaped(content) + "\"";
    text_ += "} " + value.dump() + "\n";
  }
  /// Of milliseconds.
  void seconds(const Labels& labels, const ordered_json& ms) {
    if (ms.is_number()) sample(labels, ms.get<double>() / 1000);
  }
  std::string text() const { return text_; }

 private:
  static std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : printable(text)) {
      if (c == '\\' || c == '"') safe += '\\';
      safe += c == '\n' ? "\\n" : std::string(1, c);
    }
    return safe;
  }

  const std::string pipeline_;
  std::string name_, head_, text_;
};

/// Members of `usage`, as the label `kind` has them.
constexpr std::pair<const char*, const char*> token_kinds[] = {{"input", "input_tokens"},
                                                               {"cached_input", "cached_input_tokens"},
                                                               {"cache_write", "cache_write_tokens"},
                                                               {"output", "output_tokens"},
                                                               {"reasoning", "reasoning_tokens"}};

void add_run(Exposition& out, const ordered_json& report) {
  const ordered_json& run = report["run"];
  const auto add_time = [&](const char* name, const char* help, const char* member) {
    out.metric(name, help);
    if (const auto seconds = seconds_since_1970(run[member])) out.sample({}, *seconds);
  };
  add_time("docket_run_start_timestamp_seconds", "When the last run began, in seconds since 1970.",
           "started");
  add_time("docket_run_timestamp_seconds", "When the last run ended, in seconds since 1970.", "finished");
  out.metric("docket_run_duration_seconds", "How long the last run took by the clock.");
  out.seconds({}, run["wall_ms"]);
  out.metric("docket_run_cpu_seconds", "CPU time of all stages of the last run.");
  out.seconds({}, report["totals"]["cpu_ms"]);
  out.metric("docket_run_exit_code", "Exit code of the last run.");
  out.sample({}, run["exit_code"]);
}

void add_documents(Exposition& out, const ordered_json& report) {
  out.metric("docket_documents", "Documents of the input, by how they ended.");
  for (const char* state : {"done", "failed", "held", "up_to_date", "cancelled"})
    out.sample({{"state", state}}, report["documents"][state]);
  if (report.contains("attention")) {
    out.metric("docket_attention_documents",
               "All documents that failed or are held, by whether that is new, known or acknowledged.");
    for (const char* state : {"failed", "held"})
      for (const char* standing : {"new", "known", "acknowledged"})
        out.sample({{"state", state}, {"standing", standing}}, report["attention"][state][standing]);
  }
  out.metric("docket_failed_documents", "Documents that failed, by the class of the error.");
  for (const ordered_json& group : report["errors"])
    out.sample({{"class", group["class"]}}, group["count"]);
  out.metric("docket_held_documents", "Documents that are held, by why.");
  for (const ordered_json& group : report["held"])
    out.sample({{"why", group["why"]}}, group["count"]);
  out.metric("docket_unsure_documents", "Documents that are done with an answer that is not accepted.");
  if (report.contains("unsure")) out.sample({}, report["unsure"]);
  out.metric("docket_missing_documents", "Documents with a record that are no longer in the input.");
  out.sample({}, report["missing"]["count"]);
  out.metric("docket_input_problems", "Parts of the input that are not there or could not be read.");
  if (report.contains("input")) out.sample({}, report["input"]["problems"]["count"]);
}

void add_stages(Exposition& out, const ordered_json& report) {
  out.metric("docket_stage_documents", "Documents that reached a stage, by how the stage ended for them.");
  for (const ordered_json& stage : report["stages"])
    for (const char* result : {"done", "skipped", "failed", "held", "cancelled"})
      out.sample({{"stage", stage["id"]}, {"result", result}}, stage[result]);
  out.metric("docket_stage_cpu_seconds", "CPU time of a stage.");
  for (const ordered_json& stage : report["stages"])
    out.seconds({{"stage", stage["id"]}}, stage["cpu_ms"]);
  out.metric("docket_stage_tokens",
             "Tokens that models took and gave for a stage, by kind; see docket_tokens.");
  for (const ordered_json& stage : report["stages"])
    for (const auto& [kind, member] : token_kinds)
      out.sample({{"stage", stage["id"]}, {"kind", kind}}, stage["usage"].value(member, ordered_json()));
  out.metric("docket_stage_cost_usd", "US dollars that a stage spent. Absent: a price is not known.");
  for (const ordered_json& stage : report["stages"])
    out.sample({{"stage", stage["id"]}}, stage["usage"]["cost_usd"]);
}

void add_models(Exposition& out, const ordered_json& report) {
  const ordered_json models = report.value("models", ordered_json::array());
  const auto labels = [](const ordered_json& model, const char* name = nullptr,
                         const std::string& value = "") {
    Labels all = {{"backend", model["backend"]}, {"model", model["model"]}};
    if (name != nullptr) all.emplace_back(name, value);
    return all;
  };
  out.metric("docket_calls", "Questions that a model was asked.");
  for (const ordered_json& model : models)
    out.sample(labels(model), model["calls"]);
  out.metric("docket_retries", "Further attempts at a question, after one that failed.");
  for (const ordered_json& model : models)
    out.sample(labels(model), model["retries"]);
  out.metric("docket_known_answers", "Questions whose answer was known, so that no model was asked.");
  for (const ordered_json& model : models)
    out.sample(labels(model), model["cache_hits"]);
  out.metric("docket_tokens",
             "Tokens by kind: input with cached_input and cache_write in it, output with reasoning in it.");
  for (const ordered_json& model : models)
    for (const auto& [kind, member] : token_kinds)
      out.sample(labels(model, "kind", kind), model["usage"].value(member, ordered_json()));
  out.metric("docket_cost_usd", "US dollars spent. Absent: the price is not known.");
  for (const ordered_json& model : models)
    out.sample(labels(model), model["usage"]["cost_usd"]);
  out.metric("docket_latency_seconds",
             "How long answers took without docket's own queues: so many of 100 no longer.");
  for (const ordered_json& model : models)
    for (const auto& [percentile, member] :
         {std::pair("50", "p50"), std::pair("90", "p90"), std::pair("99", "p99")})
      out.seconds(labels(model, "percentile", percentile), model["latency_ms"][member]);
}

}  // namespace

std::string report_for_prometheus(const ordered_json& report) {
  Exposition out(report["pipeline"]["name"]);
  add_run(out, report);
  add_documents(out, report);
  add_stages(out, report);
  add_models(out, report);
  if (report.contains("egress")) {
    out.metric("docket_egress_bytes", "Bytes of requests about documents that left this machine.");
    out.sample({}, report["egress"]["bytes"]);
    out.metric("docket_egress_documents", "Documents of which something left this machine.");
    out.sample({}, report["egress"]["documents"]);
  }
  return out.text();
}

}  // namespace docket
