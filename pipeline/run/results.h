#pragma once
#include <cstdint>
#include <string_view>

#include "pipeline/ledger/sqlite.h"
#include "pipeline/run/output.h"

namespace docket {

/// All records of an output folder, one on a line, in the order of the documents' paths (bytes).
inline constexpr std::string_view results_file = "results.jsonl";

/// Writes it from the ledger's records, also those of earlier runs, and puts it in its place; returns its
/// size.
Result<std::int64_t> write_results(const Output& output, LedgerDatabase& records);

}  // namespace docket
