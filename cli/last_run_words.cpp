#include "cli/last_run_words.h"

#include <algorithm>
#include <chrono>

#include "cli/exit_code.h"
#include "cli/terminal/words.h"
#include "cli/terminal/wrapped.h"
#include "pipeline/ledger/run_list.h"
#include "pipeline/support/duration.h"

namespace docket {
namespace {

/// Of a message: what is longer is in the run's report.
constexpr std::size_t most_lines = 8;

/// What made it exit code 1.
std::string failure_words(const LastRunReport& report) {
  if (report.failed > 0)
    return report.input_problems > 0 ? "some failed; problems with the input" : "some failed";
  if (!report.stopped.empty()) return "it was stopped";
  return report.input_problems > 0 ? "problems with the input" : "documents that `--fail-on` names";
}

std::string exit_words(std::int64_t code, const std::optional<LastRunReport>& report) {
  switch (code) {
    case exit_up_to_date:
      return " (everything is up to date)";
    case exit_failed:
      return report ? " (" + failure_words(*report) + ")" : "";
    case exit_held:
      return " (some are held)";
    case exit_unavailable:
      return " (a backend could not be used)";
    default:
      return code > exit_code_of_signal(0) ? " (it was stopped)" : "";
  }
}

std::string end_words(const LedgerRun& run, const std::optional<LastRunReport>& report) {
  const std::int64_t code = run.exit_code.value_or(0);
  if (code == exit_code_of_killed_run) return "was killed; found by `docket unlock` at " + *run.finished;
  return "ended " + *run.finished + " with exit code " + std::to_string(code) + exit_words(code, report);
}

std::string input_words(const LastRunReport& report, std::size_t most, const std::string& file) {
  if (report.input_problems == 0) return "";
  const std::string heading = "  input: " + counted(report.input_problems, "problem");
  const std::vector<std::string>& first = report.first_input_problems;
  if (report.input_problems == 1 && !first.empty())
    return wrapped(heading + ": " + printable(first.front(), ""), most_lines, 4);
  std::string text = heading + "\n";
  const std::size_t shown = std::min(first.size(), most);
  for (std::size_t i = 0; i < shown; ++i)
    text += wrapped("    " + printable(first[i], ""), most_lines, 6);
  const std::int64_t more = report.input_problems - static_cast<std::int64_t>(shown);
  if (more == 0) return text;
  return text + "    … " + std::to_string(more) + " more" +
         (shown < first.size() ? ": `docket status " + file + " -v`" : "") + "\n";
}

/// Documents that it left need not be in the ledger yet.
std::string report_words(const LedgerRun& run, const LastRunReport& report, std::size_t most,
                         const std::string& file) {
  std::string text;
  // The exit code of a signal says it.
  if (!report.stopped.empty() && run.exit_code.value_or(0) < exit_code_of_signal(0))
    text += wrapped("  stopped: " + printable(report.stopped, ""), most_lines, 4);
  text += input_words(report, most, file);
  if (report.cancelled > 0) text += "  " + counted(report.cancelled, "document") + " left for the next run\n";
  return text;
}

}  // namespace

std::string last_run_words(const OutputStatus& status, std::size_t most, const std::string& file) {
  const auto& last = status.counts.last_run;
  if (!last) return "";
  std::string text = "last run: " + last->name + ", started " + last->started;
  if (last->finished) {
    const auto& report = status.last_report;
    if (report && report->wall_ms)
      text += ", took " + format_duration(std::chrono::milliseconds(*report->wall_ms));
    text += "\n  " + end_words(*last, report) + "\n";
    if (report) text += report_words(*last, *report, most, file);
    if (!status.running) return text;
    return text + "running now: " + to_string(*status.running) + "\n";
  }
  const std::string who = "process " + std::to_string(last->pid) + " on " + last->host;
  if (status.running && status.running->pid == last->pid) return text + "\n  still running: " + who + "\n";
  if (last->host == this_host())
    return text + "\n  did not end: " + who + " is gone; the next run goes on where it was\n";
  return text + "\n  still running, or killed: " + who + "\n";
}

}  // namespace docket
