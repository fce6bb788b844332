#include "cli/report/spans.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "cli/report/times.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/traced_documents.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t ns_per_second = 1'000'000'000, ns_per_ms = 1'000'000;

/// Nanoseconds since 1970.
struct Interval {
  std::int64_t begin = 0, end = 0;
  void include(const Interval& other) {
    begin = std::min(begin, other.begin);
    end = std::max(end, other.end);
  }
};

/// As OTLP's JSON has them: numbers that may be large are texts.
ordered_json attribute(const char* key, const std::string& text) {
  return {{"key", key}, {"value", {{"stringValue", printable(text, "")}}}};
}
ordered_json attribute(const char* key, std::int64_t number) {
  return {{"key", key}, {"value", {{"intValue", std::to_string(number)}}}};
}
ordered_json amount(const char* key, double number) {
  return {{"key", key}, {"value", {{"doubleValue", number}}}};
}

enum class SpanKind { internal = 1, client = 3 };

struct Span {
  std::string id, parent, name;
  Interval time;
  SpanKind kind = SpanKind::internal;
  ordered_json attributes = ordered_json::array();
  std::string error = {};  ///< Its class; empty: none.
};

/// Where the stages of a document lie in time. A stage that asked models ends with its last call; the others
/// follow one another beside it, each as long as it took. Without any call all that is known is how long.
struct Placed {
  std::vector<Interval> stages;
  const char* how = "";
};

Interval time_of(const TracedCall& call, std::int64_t unknown) {
  const auto ended = seconds_since_1970(call.ended);
  const std::int64_t end = ended ? *ended * ns_per_second : unknown;
  return {end - std::max<std::int64_t>(call.wall_ms, 0) * ns_per_ms, end};
}

Placed place(const TracedDocument& document, std::int64_t run_began) {
  Placed placed;
  std::size_t first_known = document.stages.size();
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    const TracedStage& stage = document.stages[i];
    Interval time;
    if (!stage.calls.empty()) {
      time = time_of(stage.calls[0], run_began);
      for (const TracedCall& call : stage.calls)
        time.include(time_of(call, run_began));
      time.begin = std::min(time.begin, time.end - stage.wall_ns);
      first_known = std::min(first_known, i);
    }
    placed.stages.push_back(time);
  }
  const bool has_calls = first_known < document.stages.size();
  placed.how = has_calls ? "calls" : "duration only";
  for (std::size_t i = std::min(first_known, document.stages.size()); i-- > 0 && has_calls;)
    placed.stages[i] = {placed.stages[i + 1].begin - document.stages[i].wall_ns, placed.stages[i + 1].begin};
  for (std::size_t i = has_calls ? first_known + 1 : 0; i < document.stages.size(); ++i) {
    if (!document.stages[i].calls.empty()) continue;
    const std::int64_t begin = i == 0 ? run_began : placed.stages[i - 1].end;
    placed.stages[i] = {begin, begin + document.stages[i].wall_ns};
  }
  return placed;
}

class Exporter {
 public:
  Exporter(const ordered_json& report, const std::string& service, const std::string& version,
           const std::function<bool(const std::string&)>& take)
      : report_(report),
        run_(report["run"]["id"]),
        trace_(short_digest(run_)),
        version_(version),
        service_(service),
        take_(take) {
    const auto began = seconds_since_1970(report["run"]["started"]);
    const std::int64_t begin = began.value_or(0) * ns_per_second;
    time_ = {begin, begin + report["run"]["wall_ms"].get<std::int64_t>() * ns_per_ms};
  }

  bool add(const TracedDocument& document) {
    const Placed placed = place(document, time_.begin);
    Interval all{time_.begin, time_.begin};
    for (std::size_t i = 0; i < placed.stages.size(); ++i)
      i == 0 ? void(all = placed.stages[i]) : all.include(placed.stages[i]);
    Span span{id_of({"document", document.path}), id_of({"run"}), "document", all};
    span.attributes = {attribute("docket.document.path", document.path),
                       attribute("docket.document.state", document.state),
                       attribute("docket.time", placed.how)};
    if (!document.held.empty()) span.attributes.push_back(attribute("docket.held", document.held));
    span.error = document.error_class;
    seen_.include(all);
    add(span);
    for (std::size_t i = 0; i < document.stages.size(); ++i)
      add_stage(document, document.stages[i], placed.stages[i], span.id);
    return wants_more_;
  }

  /// The run itself, last: it holds all others, whose times are known to the second.
  void finish() {
    if (!wants_more_) return;
    time_.include(seen_.end > 0 ? seen_ : time_);
    Span span{id_of({"run"}), "", "docket run", time_};
    const ordered_json& documents = report_["documents"];
    span.attributes = {attribute("docket.run", run_),
                       attribute("docket.exit_code", report_["run"]["exit_code"].get<std::int64_t>()),
                       attribute("docket.documents.in", documents["in"].get<std::int64_t>()),
                       attribute("docket.documents.done", documents["done"].get<std::int64_t>()),
                       attribute("docket.documents.failed", documents["failed"].get<std::int64_t>()),
                       attribute("docket.documents.held", documents["held"].get<std::int64_t>())};
    const std::int64_t code = report_["run"]["exit_code"];
    if (code != 0 && code != 3) span.error = "exit code " + std::to_string(code);
    add(span);
    send();
  }

 private:
  /// Of what it stands for, so that a span that is sent again is the same one.
  std::string id_of(std::initializer_list<std::string> parts) const {
    std::string all = run_;
    for (const std::string& part : parts)
      all += '\0' + part;
    return short_digest(all).substr(0, 16);
  }

  void add_stage(const TracedDocument& document, const TracedStage& stage, const Interval& time,
                 const std::string& parent) {
    Span span{id_of({"stage", document.path, stage.stage}), parent, stage.stage, time};
    span.attributes = {attribute("docket.stage", stage.stage), attribute("docket.stage.state", stage.state)};
    span.error = stage.error_class;
    add(span);
    for (const TracedCall& call : stage.calls)
      add_call(call, span.id);
  }

  /// By OpenTelemetry's conventions for calls of generative models.
  void add_call(const TracedCall& call, const std::string& parent) {
    Span span{id_of({"call", std::to_string(call.id)}), parent,
              call.model.empty() ? "chat" : "chat " + call.model, time_of(call, time_.begin),
              SpanKind::client};
    span.attributes = {attribute("gen_ai.operation.name", "chat"),
                       attribute("gen_ai.provider.name", call.kind),
                       attribute("gen_ai.usage.input_tokens", call.input_tokens),
                       attribute("gen_ai.usage.output_tokens", call.output_tokens),
                       attribute("docket.backend", call.backend),
                       attribute("docket.attempt", call.attempt),
                       attribute("docket.queued_ms", call.queued_ms)};
    if (!call.model.empty()) span.attributes.push_back(attribute("gen_ai.request.model", call.model));
    if (!call.host.empty()) span.attributes.push_back(attribute("server.address", call.host));
    if (call.nano_dollars) span.attributes.push_back(amount("docket.cost_usd", in_usd(*call.nano_dollars)));
    if (call.outcome != "ok") span.error = call.outcome;
    add(span);
  }

  void add(const Span& span) {
    ordered_json json = {{"traceId", trace_}, {"spanId", span.id}};
    if (!span.parent.empty()) json["parentSpanId"] = span.parent;
    json["name"] = printable(span.name, "");
    json["kind"] = static_cast<int>(span.kind);
    json["startTimeUnixNano"] = std::to_string(span.time.begin);
    json["endTimeUnixNano"] = std::to_string(span.time.end);
    json["attributes"] = span.attributes;
    if (!span.error.empty()) json["attributes"].push_back(attribute("error.type", span.error));
    json["status"] = span.error.empty() ? ordered_json{{"code", 1}}
                                        : ordered_json{{"code", 2}, {"message", printable(span.error, "")}};
    spans_.push_back(std::move(json));
    if (spans_.size() == most_spans_in_request) send();
  }

  void send() {
    if (spans_.empty() || !wants_more_) return;
    const ordered_json resource = {
        attribute("service.name", service_), attribute("service.version", version_),
        attribute("docket.pipeline", report_["pipeline"]["name"].get<std::string>())};
    ordered_json body;
    body["resourceSpans"] = ordered_json::array();
    body["resourceSpans"].push_back(
        {{"resource", {{"attributes", resource}}},
         {"scopeSpans",
          ordered_json::array({ordered_json{{"scope", {{"name", "docket"}, {"version", version_}}},
                                            {"spans", std::exchange(spans_, ordered_json::array())}}})}});
    wants_more_ = take_(body.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  }

  const ordered_json& report_;
  const std::string run_, trace_, version_, service_;
  const std::function<bool(const std::string&)>& take_;
  Interval time_, seen_{INT64_MAX, 0};
  ordered_json spans_ = ordered_json::array();
  bool wants_more_ = true;
};

}  // namespace

std::optional<Error> spans_of_run(LedgerDatabase& database, const ordered_json& report,
                                  const std::string& service, const std::string& version,
                                  const std::function<bool(const std::string&)>& take) {
  Exporter exporter(report, service, version, take);
  const auto failed = for_each_traced(database, report["run"]["id"],
                                      [&](const TracedDocument& document) { return exporter.add(document); });
  if (!failed) exporter.finish();
  return failed;
}

}  // namespace docket
