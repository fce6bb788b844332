#pragma once
#include "pipeline/ledger_rows.h"
#include "pipeline/run/run_lock.h"

namespace docket {

enum class RunState { ended, killed, running };

/// A run that has not ended goes on only if it has the output's lock, and its process lives.
RunState state_of(const LedgerRun& run, const LockHolder& holder);

}  // namespace docket
