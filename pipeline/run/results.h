#pragma once
#include <cstdint>

#include "pipeline/ledger/sqlite.h"
#include "pipeline/run/output.h"

namespace docket {

/// Writes results.jsonl: all records of an output folder, one on a line, in the order of the documents' paths
/// (bytes), from the ledger's records, also those of earlier runs. Returns its size.
Result<std::int64_t> write_results(const Output& output, LedgerDatabase& records);

}  // namespace docket
