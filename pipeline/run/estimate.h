#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/plan_history.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/call_rates.h"
#include "pipeline/run/range.h"
#include "pipeline/run/rehearsal.h"
#include "pipeline/spending_limits.h"

namespace docket {

/// What a stage would ask of a backend.
struct CallEstimate {
  std::string stage, backend;
  Range documents, calls, input_tokens, cached_input_tokens, output_tokens;
  std::optional<Range> nano_dollars = std::nullopt;  ///< None: the price is not known.
  std::vector<Basis> basis;
};

/// What all documents together would ask.
struct Estimate {
  std::vector<CallEstimate> calls;            ///< In the order of stages, then as they ask.
  Range nano_dollars;                         ///< Of the calls whose price is known.
  std::int64_t looked_at = 0, documents = 0;  ///< Of so many, so many were looked at.
  /// With 95 % probability the expected cost (without any: the expected input) of all documents differs from
  /// what those looked at let expect by less than this share. 0: all were looked at.
  double error = 0;
  std::vector<std::string> limits;  ///< Those that cut it short, for people.
};

/// What `documents` would ask, from what was rehearsed with an even sample of them. `limits`: of a day and of
/// a month what is left of them.
Estimate estimate(const Pipeline& pipeline, const PlanHistory& history, const SpendingLimits& limits,
                  const std::vector<RehearsedDocument>& sample, std::int64_t documents);

}  // namespace docket
