#include "cli/unended.h"

#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/run_state.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/run_list.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/run/document_source.h"
#include "pipeline/run/find_document.h"
#include "pipeline/run/inputs.h"
#include "pipeline/run/output.h"
#include "pipeline/run/run_options.h"
#include "pipeline/support/file_names.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

/// `, did you mean 'inbox/a.pdf'?`, or how to name one.
std::string suggestion_for(const std::string& typed, OpenedLedger& opened) {
  const auto paths = select_paths(opened.ledger.database(), DocumentSet::all);
  std::vector<std::string_view> whole, names;
  std::map<std::string_view, std::string_view> paths_of;
  if (paths)
    for (const std::string& path : *paths) {
      whole.push_back(path);
      names.push_back(whole.back().substr(path.find_last_of('/') + 1));
      paths_of.emplace(names.back(), path);
    }
  if (const auto near = nearest(typed, whole)) return did_you_mean(near);
  if (const auto near = nearest(typed, names)) return did_you_mean(paths_of[*near]);
  if (whole.empty()) return "; no run has finished any yet";
  return "; give its path as in results.jsonl, such as " + std::string(whole.front());
}

}  // namespace

std::string why_unended(const std::string& path, OpenedLedger& opened) {
  const std::string at_work = " while it was at work on it";
  const auto asking = select_last_run_asking(opened.ledger.database(), path);
  if (!asking || !*asking) return "a run was stopped or killed" + at_work;
  const LedgerRun& run = **asking;
  const std::string name = "run " + run.name;
  switch (state_of(run, last_holder(opened.pipeline.output_dir / lock_file))) {
    case RunState::running:
      return name + " is at work on it";
    case RunState::killed:
      return name + " was killed" + at_work;
    case RunState::ended:
      break;
  }
  const std::string code = " (exit code " + std::to_string(run.exit_code.value_or(0)) + ")";
  const bool was_stopped = run.exit_code > exit_code_of_signal(0);
  return name +
         (was_stopped ? " was stopped" + code + at_work : " ended" + code + " before it was done with it");
}

std::string why_unknown(const std::string& typed, OpenedLedger& opened, const std::string& command) {
  const std::filesystem::path file = file_of(typed, opened.pipeline.directory);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return "no run has seen this document" + suggestion_for(typed, opened);
  const std::string unfinished = "no run has finished this document";
  if (RunLock::holder_of(opened.pipeline.output_dir / lock_file)) return unfinished + "; one goes on now";
  const InputOptions input = input_options(RunOptions(), opened.pipeline);
  if (would_name(input, without_links(std::filesystem::absolute(file)).string()))
    return unfinished + "; the next run takes it";
  return unfinished + ", and it is not in the input: `docket run " + command + " " + shell_word(typed) +
         "` takes it alone";
}

}  // namespace docket
