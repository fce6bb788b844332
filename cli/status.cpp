// `docket status`: how an output stands, for people, for programs, and as an exit code.
#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/last_run_words.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/reason_of.h"
#include "cli/records/outermost.h"
#include "cli/records/why_held.h"
#include "cli/report/lines.h"
#include "cli/report/plain_text.h"
#include "cli/status_of.h"
#include "cli/terminal/table.h"
#include "cli/terminal/words.h"
#include "cli/terminal/wrapped.h"
#include "pipeline/run/find_document.h"
#include "pipeline/run/missing.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/file_names.h"

namespace docket {
namespace {

using State = StageResult::State;
using GroupState = UnfinishedGroup::State;

struct StatusOptions {
  PipelineOptions pipeline;
  bool json = false, question = false, verbose = false;
};

/// Of each group, without -v; and how much of the reason of one of them, and of one that stands alone.
constexpr std::size_t most_shown = 3, most_reason_lines = 2, most_whole_lines = 8;

std::string stage_table(const LedgerReader::Status& status) {
  const State states[] = {State::done, State::skipped, State::held, State::failed, State::pending};
  std::vector<std::vector<std::string>> rows = {
      {"stage", "done", "skipped", "held", "failed", "not reached"}};
  for (const LedgerReader::StageCount& count : status.stages) {
    if (rows.back()[0] != count.stage || rows.size() == 1)
      rows.push_back({count.stage, "0", "0", "0", "0", "0"});
    for (std::size_t i = 0; i < std::size(states); ++i)
      if (states[i] == count.state) rows.back()[i + 1] = std::to_string(count.documents);
  }
  return rows.size() > 1 ? format_table(rows) : "";
}

/// As of a report's stages.
std::string doubts(const LedgerReader::Status& status) {
  nlohmann::ordered_json stages = nlohmann::ordered_json::array();
  std::string last;
  for (const LedgerReader::StageCount& count : status.stages) {
    const auto found = status.verdicts.find(count.stage);
    if (found == status.verdicts.end() || count.stage == last) continue;
    last = count.stage;
    stages.push_back(
        {{"id", last}, {"answers", found->second.answers}, {"not_accepted", found->second.not_accepted}});
  }
  const std::string text = report_lines::not_accepted(stages);  // Texts are groups of their own.
  return text.empty() ? "" : "\n" + text;
}

/// So it will not be tried again.
bool is_gone(const LedgerDocument& document, OpenedLedger& opened) {
  const std::string outermost = outermost_of(opened.ledger, document).path;
  return !is_there(file_of(outermost, opened.pipeline.directory));
}

/// failed (3, 2 new): timeout; held (2 new): offline
std::string heading_of(const UnfinishedGroup& group) {
  std::string words(name(group.state));
  if (group.state == GroupState::not_finished) words = "not finished";
  words += " (" + (group.fresh == group.count ? std::string() : std::to_string(group.count));
  if (group.fresh > 0)
    words += (group.fresh == group.count ? "" : ", ") + std::to_string(group.fresh) + " new";
  return words + ")" + (group.why.empty() ? "" : ": " + group.why);
}

/// What to do about a group.
std::string advice_for(const UnfinishedGroup& group, const std::string& file) {
  switch (group.state) {
    case GroupState::failed:
      return "tried again by the next run; these alone: `docket run " + file + " --failed`";
    case GroupState::parked:
      return "tried again when changed, or: `docket run " + file + " --retry-parked`";
    case GroupState::held:
      return joined(release_of(group.why, file), "\n  -> ");
    case GroupState::not_finished:
      return "taken up by the next run: `docket run " + file + "`";
    case GroupState::acknowledged:
      return "the exit code leaves them out until they change";
  }
  return "";
}

void print_text(const std::string& text) { std::fputs(printable(text).c_str(), stdout); }

/// What all documents of a group say.
void print_said(const std::string& said) {
  if (!said.empty()) print_text(wrapped("  all of them: " + printable(said, ""), most_whole_lines, 4));
}

/// With -v each has one line, for programs such as grep.
void print_document(const std::string& name, const std::string& reason, bool verbose,
                    std::size_t most_lines) {
  const std::string path = "  " + printable(name, ""), why = printable(reason, "");
  if (verbose) return print_text(path + (why.empty() ? "" : ": " + why) + "\n");
  if (columns_of(path) < screen_columns)
    return print_text(wrapped(path + (why.empty() ? "" : ": " + why), most_lines, 4));
  print_text(path + (why.empty() ? "\n" : ":\n"));  // One that is cut names no file.
  if (!why.empty()) print_text(wrapped("    " + why, most_lines, 4));
}

/// How many documents of a group are not shown.
void print_more(std::int64_t more, const std::string& file) {
  if (more > 0) print_text("  … " + std::to_string(more) + " more: `docket status " + file + " -v`\n");
}

void print_group(const UnfinishedGroup& group, const StatusOptions& options, OpenedLedger& opened) {
  const std::string file = options.pipeline.in_command();
  print_text("\n" + heading_of(group) + "\n");
  print_said(group.said);
  const std::size_t shown =
      options.verbose ? group.documents.size() : std::min(group.documents.size(), most_shown);
  const bool may_be_tried = group.state == GroupState::failed || group.state == GroupState::parked;
  bool any_is_forgotten = false;
  for (std::size_t i = 0; i < shown; ++i) {
    const Unfinished& one = group.documents[i];
    const auto document = opened.ledger.document(one.path);
    std::string why = group.said.empty() && document && *document ? reason_of(**document, opened) : "";
    if (may_be_tried && document && *document && is_gone(**document, opened)) {
      any_is_forgotten = any_is_forgotten || is_forgotten_without_file(**document);
      why = "the file is gone" + (why.empty() ? "" : "; " + why);
    }
    const bool marks = one.standing == Standing::fresh && group.fresh < group.count;
    print_document((marks ? "new: " : "") + one.path, why, options.verbose,
                   group.count == 1 ? most_whole_lines : most_reason_lines);
  }
  print_more(group.count - static_cast<std::int64_t>(shown), file);
  print_text("  -> " + advice_for(group, file) + "\n");
  if (any_is_forgotten)
    print_text("  -> forget those whose file is gone: `docket clean " + file + " --missing`\n");
}

/// Documents that are done, and yet not as they should be.
void print_group(const DoubtfulGroup& group, const StatusOptions& options, OpenedLedger& opened) {
  print_text("\n" + report_lines::doubt(group.why, group.count) + "\n");
  print_said(group.said);
  const std::size_t shown =
      options.verbose ? group.documents.size() : std::min(group.documents.size(), most_shown);
  for (std::size_t i = 0; i < shown; ++i)
    print_document(group.documents[i],
                   group.said.empty() ? reason_of(group.why, group.documents[i], opened) : "",
                   options.verbose, group.count == 1 ? most_whole_lines : most_reason_lines);
  print_more(group.count - static_cast<std::int64_t>(shown), options.pipeline.in_command());
}

std::string counts_line(const OutputStatus& status) {
  const LedgerReader::Status& counts = status.counts;
  const std::int64_t all = counts.done + counts.held + counts.failed + counts.cancelled;
  std::string text = counted(all, "document") + ": " + std::to_string(counts.done) + " done, " +
                     std::to_string(counts.held) + " held, " + std::to_string(counts.failed) + " failed";
  if (counts.parked > 0) text += " (" + std::to_string(counts.parked) + " parked)";
  if (counts.cancelled > 0) text += ", " + std::to_string(counts.cancelled) + " not finished";
  if (status.acknowledged > 0) text += "; " + std::to_string(status.acknowledged) + " of them acknowledged";
  return text + "\n";
}

int status_command(const StatusOptions& options) {
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  const auto fail = [](const Error& error) {
    print_error(error.message);
    return exit_usage;
  };
  if (options.question) {
    const auto code = exit_code_of(opened->ledger);
    return code ? *code : fail(code.error());
  }
  Look look;
  if (!options.verbose && !options.json) look = {most_shown, true};
  const auto status = status_of(*opened, look);
  if (!status) return fail(status.error());
  if (options.json) {
    write_json(*status, *opened,
               [](const std::string& piece) { std::fputs(printable_json(piece).c_str(), stdout); });
    return exit_up_to_date;
  }
  std::string text = counts_line(*status) + last_run_words(*status, look.most, options.pipeline.in_command());
  if (!status->counts.stages.empty()) text += "\n" + stage_table(status->counts) + doubts(status->counts);
  print_text(text);
  for (const UnfinishedGroup& group : status->groups)
    print_group(group, options, *opened);
  for (const DoubtfulGroup& group : status->doubtful)
    print_group(group, options, *opened);
  return exit_up_to_date;
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("status", "Count documents by state, and list those that need attention");
  const auto options = std::make_shared<StatusOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  CLI::Option* json = command->add_flag("--json", options->json, "Print it as JSON");
  command->add_flag("-v,--verbose", options->verbose,
                    "List all documents that need attention, with all reasons");
  command->add_flag("-q,--question", options->question, "Only the exit code: 0 all done, 1 failed, 3 held")
      ->excludes(json);
  command->callback([options, &exit_code] { exit_code = status_command(*options); });
}

}  // namespace docket
