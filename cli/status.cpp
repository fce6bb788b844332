#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>

#include "cli/exit_code.h"
#include "cli/open_ledger.h"
#include "cli/table.h"
#include "pipeline/ledger/acknowledgement.h"

namespace docket {
namespace {

using State = StageResult::State;

std::string last_run_line(const LedgerRun& last) {
  std::string text = "last run: " + last.name + ", started " + last.started;
  if (!last.finished)
    return text + ", by process " + std::to_string(last.pid) + " on " + last.host +
           ": still running, or killed\n";
  return text + ", ended " + *last.finished + " with exit code " +
         std::to_string(last.exit_code.value_or(0)) + "\n";
}

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
    stages.push_back({{"id", last},
                      {"answers", found->second.answers},
                      {"not_accepted", found->second.not_accepted},
                      {"grades", found->second.grades}});
  }
  const std::string text = format_doubts(stages);
  return text.empty() ? "" : "\n" + text;
}

std::string unfinished_line(const LedgerDocument& document) {
  std::string text = "  " + document.path + ": ";
  if (document.outcome == Outcome::cancelled) return text + "not read yet\n";
  if (document.outcome == Outcome::held) return text + document.held.value_or("") + "\n";
  if (document.error_stage) text += *document.error_stage + ": ";
  if (document.error) text += std::string(name(document.error->error_class)) + ": " + document.error->message;
  if (document.attempts > 0) text += " (" + counted(document.attempts, "attempt") + ")";
  return text + "\n";
}

std::string acknowledged_line(const LedgerDocument& document) {
  std::string line = unfinished_line(document);
  line.insert(line.size() - 1, "; acknowledged " + document.acknowledged.value_or(""));
  const std::string reason = document.ack_reason.value_or("");
  if (!reason.empty()) line.insert(line.size() - 1, ": " + reason);
  return line;
}

int status_command(const PipelineOptions& options) {
  auto opened = open_ledger(options);
  if (!opened) return exit_usage;
  const auto status = opened->ledger.status();
  std::string failed, parked, held, unread, acknowledged;
  std::int64_t acknowledged_count = 0;
  const auto unfinished = opened->ledger.for_each_unfinished([&](const LedgerDocument& document) {
    if (is_acknowledged(document)) {
      ++acknowledged_count;
      acknowledged += acknowledged_line(document);
      return;
    }
    std::string& list = document.parked                          ? parked
                        : document.outcome == Outcome::held      ? held
                        : document.outcome == Outcome::cancelled ? unread
                                                                 : failed;
    list += unfinished_line(document);
  });
  if (!status || unfinished) {
    print_error(status ? unfinished->message : status.error().message);
    return exit_usage;
  }
  const std::int64_t all = status->done + status->held + status->failed + status->cancelled;
  std::string text = counted(all, "document") + ": " + std::to_string(status->done) + " done, " +
                     std::to_string(status->held) + " held, " + std::to_string(status->failed) + " failed";
  if (status->parked > 0) text += " (" + std::to_string(status->parked) + " parked)";
  if (status->cancelled > 0) text += ", " + std::to_string(status->cancelled) + " not finished";
  if (acknowledged_count > 0) text += "; " + std::to_string(acknowledged_count) + " of them acknowledged";
  text += "\n";
  if (status->last_run) text += last_run_line(*status->last_run);
  if (!status->stages.empty()) text += "\n" + stage_table(*status) + doubts(*status);
  if (!failed.empty()) text += "\nfailed, tried again by the next run:\n" + failed;
  if (!parked.empty())
    text += "\nparked, not tried again until content or pipeline change, or --retry-parked:\n" + parked;
  if (!unread.empty()) text += "\nnot finished, taken up by the next run:\n" + unread;
  if (!held.empty()) text += "\nheld:\n" + held;
  if (!acknowledged.empty())
    text += "\nacknowledged, so that the exit code leaves them out until they change:\n" + acknowledged;
  std::fputs(printable(text).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("status", "Count documents by state, and list those that need attention");
  const auto options = std::make_shared<PipelineOptions>();
  options->add_to(*command);
  options->add_output_to(*command);
  command->callback([options, &exit_code] { exit_code = status_command(*options); });
}

}  // namespace docket
