#include "cli/log/run_events.h"

#include <unistd.h>

#include "cli/log/run_log.h"
#include "cli/version.h"
#include "pipeline/ledger_rows.h"
#include "pipeline/record.h"
#include "pipeline/support/money.h"

namespace docket {
namespace {

/// Of a document: whose words its content cannot have changed.
LogLevel level_of(Outcome outcome) { return outcome == Outcome::failed ? LogLevel::warning : LogLevel::info; }

void add_usage(LogEvent& event, const Usage& usage) {
  if (usage.calls == 0) return;
  event.fields["calls"] = usage.calls;
  event.fields["input_tokens"] = usage.input_tokens;
  event.fields["output_tokens"] = usage.output_tokens;
  event.fields["cost_usd"] = nullptr;
  if (usage.unpriced_calls == 0) event.fields["cost_usd"] = in_usd(usage.nano_dollars);
}

}  // namespace

void RunEvents::waiting(const LockHolder& holder, const std::filesystem::path& output) {
  log({LogLevel::info,
       "waits",
       {},
       {},
       {},
       {{"what", "another run holds the output"}, {"output", output.string()}},
       to_string(holder)});
}

void RunEvents::begun(const std::string& run) {
  if (log_ != nullptr) log_->set_run(run);
  log({LogLevel::info, "run_begun", {}, {}, {}, {{"version", version}, {"pid", getpid()}}});
}

void RunEvents::warned(const std::string& warning) {
  log({LogLevel::warning, "warning", {}, {}, {}, nlohmann::ordered_json::object(), warning});
}

void RunEvents::backend_warned(const std::string& warning) {
  LogEvent event{LogLevel::warning, "warning"};
  event.quoting = warning;
  log(event);
}

void RunEvents::warmed(const WarmUp& model) {
  LogEvent event{
      model.problem.empty() ? LogLevel::info : LogLevel::warning, "model_loaded", {}, {}, model.backend};
  event.fields = {{"model", model.model}, {"wall_ms", model.wall_ms}, {"is_loaded", model.problem.empty()}};
  event.quoting = model.problem;
  log(event);
}

void RunEvents::input_problem(const std::string& problem) {
  log({LogLevel::warning, "input_problem", {}, {}, {}, nlohmann::ordered_json::object(), problem});
}

// These two are told of each file of the input: without such a log nothing is made for it.
void RunEvents::left_out(const std::string& file) {
  if (logs(LogLevel::debug)) log({LogLevel::debug, "left_out", file});
}

void RunEvents::spared(const std::string& path, Rebuild::What why, std::string_view /*verdicts*/) {
  if (!logs(LogLevel::debug)) return;
  log({LogLevel::debug, why == Rebuild::What::parked ? "document_parked" : "document_up_to_date", path});
}

void RunEvents::left_stage(const Document& document, std::size_t stage, const Pipeline& pipeline) {
  if (!logs(LogLevel::debug)) return;
  const StageResult& result = document.stages[stage];
  LogEvent event{LogLevel::debug, "stage_ended", document.path, pipeline.stages[stage].id};
  event.fields = {{"state", name(result.state)},
                  {"is_kept", result.origin.taken},
                  {"why", result.origin.why},
                  {"wall_ms", result.wall_ns / 1'000'000},
                  {"cpu_ms", result.cpu_ns / 1'000'000}};
  add_usage(event, result.spent.total());
  if (result.error) add_error(event, *result.error);
  log(event);
}

void RunEvents::finished(const Document& document, const Pipeline& pipeline) {
  const Outcome how = outcome(document);
  if (!logs(level_of(how))) return;
  LogEvent event{level_of(how), "document_ended", document.path};
  event.fields = {{"outcome", name(how)},
                  {"why", document.why},
                  {"media_type", document.media_type},
                  {"bytes", document.bytes}};
  Usage used;
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    used += spent_in_run(document, i).total();
    if (how == Outcome::held && result.state == StageResult::State::held) {
      event.stage = pipeline.stages[i].id;
      event.fields["held"] = *result.held;
    }
    if (how != Outcome::failed || result.state != StageResult::State::failed || !result.error) continue;
    if (!event.stage.empty()) continue;
    event.stage = pipeline.stages[i].id;
    add_error(event, *result.error);
  }
  if (document.unwritten) add_error(event, *document.unwritten);
  add_usage(event, used);
  log(event);
}

void log_refusal(const std::string& message, int exit_code) {
  log({LogLevel::error, "run_refused", {}, {}, {}, {{"exit_code", exit_code}}, message});
}

void log_outcome(const RunOutcome& outcome, int exit_code) {
  if (outcome.error) return log_refusal(outcome.error->message, exit_code);
  LogEvent event{exit_code == 0 ? LogLevel::info : LogLevel::warning, "run_ended"};
  event.fields["exit_code"] = exit_code;
  if (outcome.report.is_object()) {
    for (const auto& [what, count] : outcome.report["documents"].items())
      event.fields[what] = count;
    event.fields["wall_ms"] = outcome.report["run"]["wall_ms"];
    event.fields["cost_usd"] = outcome.report["totals"]["usage"]["cost_usd"];
  }
  for (const auto* error : {&outcome.unavailable, &outcome.write_error, &outcome.report_unwritten})
    if (*error) add_error(event, **error);
  log(event);
}

}  // namespace docket
