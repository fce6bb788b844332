#include "pipeline/ledger/call_statistics.h"

#include <algorithm>
#include <utility>

#include "pipeline/ledger/columns.h"

namespace docket {

Result<std::vector<DayOfCalls>> days_of_calls(LedgerDatabase& database, std::int64_t most) {
  std::vector<DayOfCalls> days;
  const auto take = [&](const LedgerRow& row) {
    days.push_back({std::string(row.text(0)), row.integer(1), row.integer(2), row.integer(3), row.integer(4),
                    row.integer(5)});
  };
  if (auto failed = database.run(
          "SELECT substr(time, 1, 10) AS day, sum(requests), sum(input_tokens), sum(output_tokens),"
          " sum(nano_dollars), sum(nano_dollars IS NULL AND requests > 0)"
          " FROM calls GROUP BY day HAVING sum(requests) > 0 ORDER BY day DESC LIMIT ?",
          {most}, take))
    return *failed;
  std::ranges::reverse(days);
  return days;
}

Result<std::map<std::int64_t, std::int64_t>> latencies_of_run(LedgerDatabase& database,
                                                              const std::string& run) {
  std::map<std::int64_t, std::int64_t> latencies;
  const auto take = [&](const LedgerRow& row) { latencies[row.integer(0)] = row.integer(1); };
  if (auto failed =
          database.run("SELECT max(0, wall_ms - queued_ms) AS ms, count(*) FROM calls"
                       " WHERE run = (SELECT id FROM runs WHERE name = ?) AND outcome = 'ok' GROUP BY ms",
                       {std::string_view(run)}, take))
    return *failed;
  return latencies;
}

}  // namespace docket
