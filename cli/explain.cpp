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

#include "cli/commands.h"
#include "cli/egress.h"
#include "cli/exit_code.h"
#include "cli/explain_json.h"
#include "cli/next_run.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/records/not_accepted.h"
#include "cli/records/outermost.h"
#include "cli/records/why_held.h"
#include "cli/terminal/words.h"
#include "cli/unended.h"
#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/record.h"
#include "pipeline/run/find_document.h"
#include "pipeline/run/missing.h"
#include "pipeline/run/output.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

struct ExplainOptions {
  PipelineOptions pipeline;
  std::string document;
  bool json = false;
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

std::string story_of(const LedgerStage& stage, const nlohmann::json& record, const ExplainOptions& options,
                     const Pipeline& pipeline, const std::string& to_accept) {
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
  if (stage.held)
    text += "    held: " + *stage.held + detail_of(*stage.held, record) + "\n    -> " +
            joined(release_of(*stage.held, options.pipeline.in_command(), to_accept), "\n    -> ") + "\n";
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

/// `unavailable`: the document failed since something could not be used, which is said above.
std::string story_of(const std::vector<LedgerCall>& calls, bool unavailable = false) {
  if (calls.empty())
    return std::string("\nno model was asked") + (unavailable ? " about it, for the error above" : "") +
           "; nothing left this machine\n";
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

void print(const ExplainOptions& options, const std::string& text, const nlohmann::ordered_json& json) {
  std::fputs((options.json ? printable_json(to_pretty(json)) : printable(text)).c_str(), stdout);
}

Result<std::optional<LedgerDocument>> read_document(OpenedLedger& opened, const std::string& typed) {
  const auto path = find_document_by_end(opened.ledger.database(), typed, opened.pipeline.directory);
  if (!path) return path.error();
  if (!*path) return std::optional<LedgerDocument>();
  return opened.ledger.document(**path);
}

/// Of a document that no run has ended: what one had asked about it, if any has.
int explain_unended(OpenedLedger& opened, const ExplainOptions& options) {
  const std::string& typed = options.document;
  const auto path = find_unended_document(opened.ledger.database(), typed, opened.pipeline.directory);
  const auto calls = path && *path ? opened.ledger.calls(**path)
                                   : Result<std::vector<LedgerCall>>(std::vector<LedgerCall>());
  if (!path || !calls) {
    print_error(path ? calls.error().message : path.error().message);
    return exit_usage;
  }
  if (!*path) {
    print_error(typed + ": " + why_unknown(typed, opened, options.pipeline.in_command()));
    return exit_usage;
  }
  const std::string why = why_unended(**path, opened);
  const NextRun next = next_run(std::move(opened.pipeline), **path, **path);
  print(options, **path + ": not ended; " + why + "\n" + story_of(*calls) + words_of(next, false),
        unended_json(**path, *calls, next));
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
  if (!*found) return explain_unended(*opened, options);
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
  const std::string file =
      (opened->pipeline.output_dir / (document.name + std::string(record_ending))).string();
  text += "\n  record: " + file + "\n";
  if (document.parent)
    text += "  inside of: " + *document.parent + (document.listed ? "" : ", which no longer has it") + "\n";
  if (is_acknowledged(document))
    text += "  acknowledged " + *document.acknowledged +
            (document.ack_reason.value_or("").empty() ? "" : ": " + *document.ack_reason) + "\n";
  const auto line = opened->ledger.record(document.path);
  const nlohmann::json record = line ? nlohmann::json::parse(*line, nullptr, false) : nlohmann::json();
  const std::string to_accept = is_acknowledged(document) ? "" : shell_word(document.path);
  for (const LedgerStage& stage : *stages)
    text += story_of(stage, record, options, opened->pipeline, to_accept);
  if (document.error && !document.error_stage)
    text += "  " + std::string(name(document.error->error_class)) + ": " + document.error->message + "\n";
  const bool is_unavailable = document.error && document.error->error_class == ErrorClass::unavailable;
  const std::string outermost = outermost_of(opened->ledger, document).path;
  const nlohmann::ordered_json json =
      document_json({document, *stages, *calls, record, file}, opened->pipeline);
  const NextRun next = next_run(std::move(opened->pipeline), document.path, outermost);
  print(options,
        text + story_of(*calls, is_unavailable) + words_of(next, is_forgotten_without_file(document)),
        with_next(json, next));
  return exit_up_to_date;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("explain", "Explain one document: what ran, why, and at what cost");
  const auto options = std::make_shared<ExplainOptions>();
  options->pipeline.add_to(*command);
  command
      ->add_option("DOCUMENT", options->document,
                   "Its path, as in its record or as a file; its name, if no other is called so")
      ->required();
  options->pipeline.add_output_to(*command);
  command->add_flag("--json", options->json, "Print it as JSON");
  command->callback([options, &exit_code] { exit_code = explain_command(*options); });
}

}  // namespace docket
