#pragma once
#include <span>
#include <string_view>

namespace docket {

struct RunOutcome;

/// What else than failures ends a run with `exit_failed` (--fail-on).
struct FailOn {
  bool unsure = false;  ///< A document that is done with an answer that is not accepted.
  bool held = false;    ///< A held document, which else is `exit_held`.
};

/// A contract with scripts. When several apply the first of 2, 5, 130/143, 4, 1, 3 wins.
enum ExitCode : int {
  exit_up_to_date = 0,
  exit_failed = 1,       ///< Some documents failed, or not all of the input could be listed; FailOn.
  exit_usage = 2,        ///< Command line, pipeline file, or no output is to be had; nothing was run.
  exit_held = 3,         ///< Documents are held: budget, policy, no cloud backend.
  exit_unavailable = 4,  ///< A backend that is needed could not be used.
  exit_locked = 5,       ///< Another run holds the output.
  exit_interrupted = 130,
  exit_terminated = 143,
};

/// What people are told of them.
struct ExitCodeMeaning {
  std::string_view code, meaning;
};
std::span<const ExitCodeMeaning> exit_code_meanings();

/// Of a run: the only place where it is made.
int exit_code(const RunOutcome& outcome, const FailOn& fail_on = {});
/// Of a verb that would have ended with `exit_code`, but whose standard output could not be written.
int exit_code_of_lost_output(int exit_code);
/// Of a process that the signal stopped.
int exit_code_of_signal(int signal);

}  // namespace docket
