#pragma once
#include <cstdint>
#include <string>

namespace docket {

/// That a server was asked to load a model before the first document needed it. No document's work: it counts
/// in the report's sums only where it costs, and then has a row in the ledger.
struct WarmUp {
  std::string backend, model;
  std::int64_t wall_ms = 0;
  std::string problem = {};  ///< Why the model is not there; empty: it is loaded.
};

}  // namespace docket
