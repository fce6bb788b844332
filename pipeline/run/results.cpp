#include "pipeline/run/results.h"

#include "pipeline/ledger/tables.h"
#include "pipeline/run/lines_file.h"
#include "pipeline/support/fault_point.h"

namespace docket {

Result<std::int64_t> write_results(const Output& output, LedgerDatabase& records) {
  LinesFile lines(output, results_file);
  if (auto failed =
          select_records(records, [&](std::string_view, std::string_view record) { lines.add(record); }))
    return *failed;
  fault_point("results.written");
  return lines.finish();
}

}  // namespace docket
