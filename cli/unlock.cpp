// `docket unlock`: who holds the output; and, where nobody does, what a killed run has left is tidied up.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/options/open_ledger.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/run_list.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

struct UnlockOptions {
  PipelineOptions pipeline;
  bool as_json = false;
};

void print_json(const ordered_json& json) { std::fputs(printable_json(to_pretty(json)).c_str(), stdout); }

/// The kernel says that the lock is held; whether the process that wrote its name is the one is another
/// matter.
int tell_holder(const std::filesystem::path& lock, bool as_json) {
  const LockHolder holder = last_holder(lock);
  const bool is_alive = may_be_alive(holder);
  if (as_json)
    print_json(
        {{"docket", 1},
         {"locked", true},
         {"holder",
          {{"pid", holder.pid}, {"host", holder.host}, {"since", holder.started}, {"alive", is_alive}}},
         {"ended_runs", ordered_json::array()}});
  print_error("the output is locked by " + to_string(holder) +
              (is_alive ? "; it ends the lock when it ends, however it ends: stop it, or `docket run --wait`"
                        : ", which is gone; another process still has its lock open, see `fuser " +
                              lock.string() + "`"));
  return exit_locked;
}

int unlock_command(const UnlockOptions& options) {
  auto opened = open_ledger(options.pipeline);
  if (!opened) return exit_usage;
  const std::filesystem::path& folder = opened->pipeline.output_dir;
  // Opening it takes the lock, as a run would, and removes the temporary files of a run that was killed.
  const auto output = Output::open(folder, opened->pipeline.output_mode);
  if (const auto* failure = std::get_if<Output::Failure>(&output)) {
    if (failure->held_by_another) return tell_holder(folder / lock_file, options.as_json);
    print_error(failure->error.message);
    return exit_failed;
  }
  auto database = LedgerDatabase::open(Ledger::file_in(folder), LedgerDatabase::Access::write,
                                       opened->pipeline.output_mode.value_or(0600));
  const auto ended =
      database ? end_killed_runs(**database, utc_now()) : Result<std::vector<std::string>>(database.error());
  if (!ended) {
    print_error(ended.error().message);
    return exit_failed;
  }
  if (options.as_json) {
    print_json({{"docket", 1}, {"locked", false}, {"holder", nullptr}, {"ended_runs", *ended}});
    return exit_up_to_date;
  }
  std::string text = "not locked: no process holds the output\n";
  for (const std::string& run : *ended)
    text += "run " + run + " was killed; it no longer counts as running\n";
  std::fputs(printable(text).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_unlock(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("unlock", "Say who holds the output, or tidy up after a killed run");
  const auto options = std::make_shared<UnlockOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->add_flag("--json", options->as_json, "As JSON");
  command->callback([options, &exit_code] { exit_code = unlock_command(*options); });
}

}  // namespace docket
