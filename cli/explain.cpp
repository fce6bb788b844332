// One document's story: what each stage did and why, what it cost, what left this machine, what a run would
// do.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/egress.h"
#include "cli/exit_code.h"
#include "cli/not_accepted.h"
#include "cli/open_ledger.h"
#include "cli/table.h"
#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/record.h"
#include "pipeline/run/dry_run.h"
#include "pipeline/run/find_document.h"
#include "pipeline/run/output.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

struct ExplainOptions {
  PipelineOptions pipeline;
  std::string document;
};

std::string cost_of(const Usage& usage) {
  if (usage.calls == 0) return "";
  return "    " + counted(usage.calls, "call") + ", " + std::to_string(usage.input_tokens) + " tokens in, " +
         std::to_string(usage.output_tokens) + " out, " + format_cost(to_json(usage)["cost_usd"]) + "\n";
}

/// What the record says beside why the document is held.
std::string detail_of(const std::string& held, const nlohmann::json& record) {
  const bool is_told =
      record.is_object() && record.value("held", "") == held && record.contains("held_detail");
  return is_told ? " (" + record["held_detail"].get<std::string>() + ")" : "";
}

std::string story_of(const LedgerStage& stage, const nlohmann::json& record, const Pipeline& pipeline) {
  using State = StageResult::State;
  if (stage.state == State::pending) return "  " + stage.stage + ": not reached\n";
  std::string text = "  " + stage.stage + ": " + std::string(name(stage.state));
  if (stage.ran)
    text += stage.why.empty() ? ", ran" : ", ran: " + stage.why;
  else if (stage.state == State::done || stage.state == State::held)
    text += ", its stored result was used";
  else if (stage.state == State::skipped)
    text += ", its conditions are false";
  text += "\n";
  if (!stage.reasons.empty()) text += "    because: " + joined(stage.reasons, "; ") + "\n";
  if (stage.held) text += "    held: " + *stage.held + detail_of(*stage.held, record) + "\n";
  if (stage.error)
    text += "    " + std::string(name(stage.error->error_class)) + ": " + stage.error->message + "\n";
  const auto output = record.find(stage.stage);
  if (output != record.end()) text += findings_of(*output, accept_of(pipeline, stage.stage));
  return text + cost_of(stage.usage);
}

/// sent: pages 2, 3, 1843 bytes to api.example.com; because: low confidence; redacted: 2 email, 1 iban
std::string sent_by(const LedgerCall& call) {
  if (!call.sent.is_object()) return "";  // Of a local model, or of an older docket.
  std::string text = "    sent: " + what_was_sent(call.sent) + ", " + counted(call.usage.sent_bytes, "byte") +
                     " to " + call.host;
  if (const std::string reasons = texts_of(call.sent, "reasons", "; "); !reasons.empty())
    text += "; because: " + reasons;
  const std::string redactions = redactions_of(call);
  return text + (redactions.empty() ? "" : "; redacted: " + redactions) + "\n";
}

std::string story_of(const std::vector<LedgerCall>& calls) {
  if (calls.empty()) return "\nno model was asked; nothing left this machine\n";
  std::string text = "\ncalls:\n";
  std::int64_t left = 0;
  for (const LedgerCall& call : calls) {
    if (call.outcome == known_answer) {
      text += "  " + call.stage + " knew what " + call.backend + " (" + call.model + ") had answered\n";
      continue;
    }
    if (may_have_left(call)) ++left;
    text += "  " + call.stage + " asked " + call.backend + " (" + call.model + ", " + call.location +
            "), attempt " + std::to_string(call.attempt) + ": " + call.outcome;
    if (call.message) text += ": " + *call.message;
    text += "\n" + cost_of(call.usage) + sent_by(call);
  }
  return text + (left == 0 ? "nothing" : counted(left, "call")) + " left this machine\n";
}

/// What a run would do with the one document that it is told of.
class NextRun final : public DryRunListener {
 public:
  explicit NextRun(std::string path) : path_(std::move(path)) {}
  void spared(const std::string& path, Rebuild::What why) override {
    if (path != path_) return;
    text_ =
        why == Rebuild::What::parked ? "parked: not tried again without --retry-parked\n" : "up to date\n";
  }
  void looked_at(const Document& document, const std::vector<StageDecision>& stages,
                 const Pipeline& pipeline) override {
    if (document.path != path_) return;
    text_ = "a run would process it: " + document.why + "\n";
    for (std::size_t i = 0; i < stages.size(); ++i) {
      if (stages[i].what == StageDecision::What::runs)
        text_ += "  " + pipeline.stages[i].id + " would run: " + stages[i].why + "\n";
      if (stages[i].what == StageDecision::What::fails)
        text_ += "  " + pipeline.stages[i].id + " would fail: " + stages[i].why + "\n";
    }
  }
  const std::string& text() const { return text_; }

 private:
  const std::string path_;
  std::string text_;
};

/// `path`: of the document; `outermost`: of the one that is the file which it is, or is in.
std::string forecast_for(Pipeline pipeline, const std::string& path, const std::string& outermost) {
  const std::filesystem::path file = file_of(outermost, pipeline.directory);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return "\nnow: the file is gone\n";
  RunOptions options;
  options.inputs = {file.string()};
  if (path != outermost) options.only = {file.string() + path.substr(outermost.size())};
  NextRun next(path);
  const Result<Forecast> forecast = dry_run(std::move(pipeline), options, next);
  if (!forecast) return "\nnow: " + forecast.error().message + "\n";
  return next.text().empty() ? "" : "\nnow: " + next.text();
}

Result<std::optional<LedgerDocument>> read_document(OpenedLedger& opened, const std::string& typed) {
  const auto path = find_document(opened.ledger.database(), typed, opened.pipeline.directory);
  if (!path) return path.error();
  if (!*path) return std::optional<LedgerDocument>();
  return opened.ledger.document(**path);
}

/// The document that is a file, in which the document is, or the document itself.
std::string outermost_of(const LedgerDocument& document, LedgerReader& ledger) {
  std::string path = document.path;
  std::optional<std::string> outer = document.parent;
  while (outer && path.starts_with(*outer + '/')) {  // So it ends, whatever the ledger says.
    path = *outer;
    const auto row = ledger.document(path);
    outer = row && *row ? (*row)->parent : std::nullopt;
  }
  return path;
}

/// Of a document that no run has ended: what a run that was killed had asked about it.
int explain_unended(OpenedLedger& opened, const std::string& typed) {
  const auto path = find_unended_document(opened.ledger.database(), typed, opened.pipeline.directory);
  const auto calls = path && *path ? opened.ledger.calls(**path)
                                   : Result<std::vector<LedgerCall>>(std::vector<LedgerCall>());
  if (!path || !calls) {
    print_error(path ? calls.error().message : path.error().message);
    return exit_usage;
  }
  if (!*path) {
    print_error(typed +
                ": no run has seen this document; give its path as in its record, such as inbox/a.pdf");
    return exit_usage;
  }
  const std::string text = **path + ": not ended; a run was killed while it was at work on it\n" +
                           story_of(*calls) + forecast_for(std::move(opened.pipeline), **path, **path);
  std::fputs(printable(text).c_str(), stdout);
  return exit_up_to_date;
}

int explain_command(const ExplainOptions& options) {
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  const auto found = read_document(*opened, options.document);
  if (!found) {
    print_error(found.error().message);
    return exit_usage;
  }
  if (!*found) return explain_unended(*opened, options.document);
  const LedgerDocument& document = **found;
  const auto stages = opened->ledger.stages(document.path);
  const auto calls = opened->ledger.calls(document.path);
  if (!stages || !calls) {
    print_error(stages ? calls.error().message : stages.error().message);
    return exit_usage;
  }
  std::string text = document.path + ": " + std::string(name(document.outcome));
  if (document.parked) text += ", parked";
  if (document.attempts > 0) text += " after " + counted(document.attempts, "attempt");
  text +=
      "\n  record: " + (opened->pipeline.output_dir / (document.name + std::string(record_ending))).string() +
      "\n";
  if (document.parent)
    text += "  inside of: " + *document.parent + (document.listed ? "" : ", which no longer has it") + "\n";
  if (is_acknowledged(document))
    text += "  acknowledged " + *document.acknowledged +
            (document.ack_reason.value_or("").empty() ? "" : ": " + *document.ack_reason) + "\n";
  const auto line = opened->ledger.record(document.path);
  const nlohmann::json record = line ? nlohmann::json::parse(*line, nullptr, false) : nlohmann::json();
  for (const LedgerStage& stage : *stages)
    text += story_of(stage, record, opened->pipeline);
  if (document.error && !document.error_stage)
    text += "  " + std::string(name(document.error->error_class)) + ": " + document.error->message + "\n";
  const std::string outermost = outermost_of(document, opened->ledger);
  text += story_of(*calls) + forecast_for(std::move(opened->pipeline), document.path, outermost);
  std::fputs(printable(text).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("explain", "Explain one document: what ran, why, and at what cost");
  const auto options = std::make_shared<ExplainOptions>();
  options->pipeline.add_to(*command);
  command->add_option("DOCUMENT", options->document, "Its path, as in its record or as a file")->required();
  options->pipeline.add_output_to(*command);
  command->callback([options, &exit_code] { exit_code = explain_command(*options); });
}

}  // namespace docket
