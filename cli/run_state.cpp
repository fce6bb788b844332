#include "cli/run_state.h"

#include "pipeline/ledger/run_list.h"

namespace docket {

RunState state_of(const LedgerRun& run, const LockHolder& holder) {
  if (run.finished) return run.exit_code == exit_code_of_killed_run ? RunState::killed : RunState::ended;
  const bool is_holder = holder.pid == run.pid && holder.host == run.host;
  return is_holder && may_be_alive(holder) ? RunState::running : RunState::killed;
}

}  // namespace docket
