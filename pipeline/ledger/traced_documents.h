#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// An attempt to ask a model.
struct TracedCall {
  std::int64_t id = 0;
  std::string ended;  ///< ISO 8601, UTC, to the second.
  std::string stage, backend, kind, model, outcome, host;
  std::int64_t attempt = 1, wall_ms = 0, queued_ms = 0, input_tokens = 0, output_tokens = 0;
  std::optional<std::int64_t> nano_dollars;  ///< None: the price is not known.
};

/// How a stage ended for a document. The ledger does not say when.
struct TracedStage {
  std::string stage, state;
  std::string error_class;   ///< Empty: it did not fail.
  std::int64_t wall_ns = 0;  ///< 0 too where it did not run.
  std::vector<TracedCall> calls;
};

/// What one run did for a document.
struct TracedDocument {
  std::string path, state;
  std::string error_class, held;    ///< Empty: it did not fail, or is not held.
  std::vector<TracedStage> stages;  ///< In the order of the pipeline.
};

/// The documents that a run worked on, and no later one has, by path; `each` says whether it wants more.
std::optional<Error> for_each_traced(LedgerDatabase& database, const std::string& run,
                                     const std::function<bool(const TracedDocument&)>& each);

}  // namespace docket
