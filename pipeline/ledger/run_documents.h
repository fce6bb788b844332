#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// A document that a run worked on, and no later one has.
struct RunDocument {
  std::string path;
  std::int64_t wall_ns = 0;  ///< In its stages, waiting included; of those that the run computed.
};

/// The first of a run's documents that are done, by path; at most so many.
Result<std::vector<RunDocument>> done_documents(LedgerDatabase& database, const std::string& run,
                                                std::int64_t most);

}  // namespace docket
