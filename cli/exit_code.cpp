#include "cli/exit_code.h"

#include "pipeline/run/run.h"

namespace docket {

std::span<const ExitCodeMeaning> exit_code_meanings() {
  static constexpr ExitCodeMeaning all[] = {
      {"0", "everything is up to date"},
      {"1",
       "documents failed, or are what --fail-on names; not all of the input could be read, or there was "
       "none; or a result could not be written"},
      {"2",
       "the command line or the pipeline file is wrong, or the output cannot be written at all; nothing was "
       "run"},
      {"3", "documents are held: they need a model that must not or cannot be asked"},
      {"4", "a backend that is needed, or docket-extract, cannot be used"},
      {"5", "another run holds the output; --wait waits for it"},
      {"129, 130, 143", "stopped by SIGHUP, SIGINT or SIGTERM; all finished work is kept"},
  };
  return all;
}

int exit_code(const RunOutcome& outcome, const FailOn& fail_on) {
  if (outcome.state == RunOutcome::State::refused) return exit_usage;
  if (outcome.state == RunOutcome::State::locked) return exit_locked;
  if (outcome.signal != 0) return exit_code_of_signal(outcome.signal);
  if (outcome.state == RunOutcome::State::stopped) return exit_terminated;
  if (outcome.backend_unavailable || outcome.unavailable) return exit_unavailable;
  if (outcome.write_error || outcome.failed > 0 || outcome.report_unwritten) return exit_failed;
  if (outcome.input_problems > 0) return exit_failed;
  if ((fail_on.unsure && outcome.unsure > 0) || (fail_on.held && outcome.held > 0)) return exit_failed;
  if (outcome.held > 0) return exit_held;
  return exit_up_to_date;
}

int exit_code_of_lost_output(int exit_code) {
  return exit_code == exit_up_to_date || exit_code == exit_held ? exit_failed : exit_code;
}

int exit_code_of_signal(int signal) { return 128 + signal; }

}  // namespace docket
