#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger/sqlite.h"
#include "pipeline/ledger_rows.h"

namespace docket {

/// A run, for who looks back at all of them.
struct PastRun {
  LedgerRun run;
  /// From its report. Nothing: it has none, as it is still running or was killed.
  struct Counts {
    std::int64_t in = 0, done = 0, failed = 0, held = 0, up_to_date = 0, wall_ms = 0;
    std::int64_t input_problems = 0;
    bool was_stopped = false;  ///< By a person, or as it could not go on.
  };
  std::optional<Counts> counts;
  std::optional<std::int64_t> nano_dollars;  ///< Of its calls so far; nothing: the price of one is not known.
};

/// The newest first; `most`: 0: all of them.
std::optional<Error> select_runs(LedgerDatabase& database, std::int64_t most,
                                 const std::function<void(const PastRun&)>& each);

/// The last run that asked a model about the document; none did: nothing.
Result<std::optional<LedgerRun>> select_last_run_asking(LedgerDatabase& database, std::string_view document);

/// The exit code of a run that unlock has found dead, as a shell says it of a process that was killed.
inline constexpr std::int64_t exit_code_of_killed_run = 137;

/// Ends the runs that have not ended, which nobody can be at work on, at `time`. Their names.
Result<std::vector<std::string>> end_killed_runs(LedgerDatabase& database, const std::string& time);

}  // namespace docket
