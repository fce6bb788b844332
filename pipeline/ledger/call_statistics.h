#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// What the calls of a day took, of all runs.
struct DayOfCalls {
  std::string day;  ///< `2026-11-01`, UTC, when they ended.
  std::int64_t requests = 0, input_tokens = 0, output_tokens = 0, nano_dollars = 0;
  std::int64_t unpriced = 0;  ///< Calls whose price is not known: not in `nano_dollars`.
};

/// The last days on which there were calls, at most so many, the oldest first.
Result<std::vector<DayOfCalls>> days_of_calls(LedgerDatabase& database, std::int64_t most);

/// How many attempts of a run brought an answer after so many milliseconds, without docket's own queues: what
/// the percentiles of its report are of.
Result<std::map<std::int64_t, std::int64_t>> latencies_of_run(LedgerDatabase& database,
                                                              const std::string& run);

}  // namespace docket
