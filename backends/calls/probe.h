#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "backends/protocols/protocol.h"
#include "pipeline/pipeline.h"

namespace docket::backends {

/// What one address of a backend turned out to be, and how it answered one small question.
struct ProbeResult {
  std::string backend, url;
  Location location = Location::local;
  std::optional<Error> error;  ///< It cannot be used, and why.
  std::string not_asked = {};  ///< Because of what: `--offline`, `the budget`; empty: it was asked.
  Server server;
  std::string bad_answer =
      {};  ///< What is wrong with it: no JSON, empty, against the schema; empty: nothing.
  bool enforces_schema = false;
  bool tells_probabilities = false;
  Usage usage;
  std::int64_t wall_ms = 0;
};

/// Asks every address of every backend that answers prompts, at the same time: what it is, and a question
/// that only a server which enforces schemas can get right, if a run's budget has room for it. In the order
/// of the plan. Waits for all of them.
std::vector<ProbeResult> probe(const Pipeline& pipeline, bool offline, const std::stop_token& stop);

}  // namespace docket::backends
