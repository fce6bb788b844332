#pragma once
#include <cstdint>
#include <functional>

#include "pipeline/ledger/sqlite.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/run/output.h"

namespace docket {

/// Writes calls.jsonl: the calls of a run, a line each (docs/formats.md), from the ledger's rows, in the
/// order of the documents' paths (bytes). `each` is told of them too. Returns its size.
Result<std::int64_t> write_calls(const Output& output, LedgerDatabase& ledger, std::int64_t run,
                                 const std::function<void(const CallOfRun&)>& each);

}  // namespace docket
