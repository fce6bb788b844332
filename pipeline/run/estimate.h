#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/plan_history.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/rehearsal.h"

namespace docket {

/// The cases for which a run is estimated.
enum class Case {
  low,       ///< Only what is certain: of each stage the first model, which is sure.
  expected,  ///< As often as before; where nothing is known, as often as is assumed.
  high,      ///< Every model's turn comes, twice, and answers take all the room that they have.
};
inline constexpr Case all_cases[] = {Case::low, Case::expected, Case::high};

/// A number in each case.
class Range {
 public:
  double& operator[](Case which) { return values_[static_cast<std::size_t>(which)]; }
  double operator[](Case which) const { return values_[static_cast<std::size_t>(which)]; }

 private:
  std::array<double, std::size(all_cases)> values_{};
};

/// On what a part of an estimate rests, for people.
struct Basis {
  std::string what;         ///< `tokens per byte`
  std::string from;         ///< `40 calls of this stage to this model`
  bool is_assumed = false;  ///< No earlier run tells.
};

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

/// What may be spent, in nano-dollars; none: as much as is asked for.
struct SpendingLimits {
  std::optional<std::int64_t> run, document;
  std::map<std::string, std::int64_t> stages = {};  ///< By id, in a run.
};

/// What `documents` would ask, from what was rehearsed with an even sample of them.
Estimate estimate(const Pipeline& pipeline, const PlanHistory& history, const SpendingLimits& limits,
                  const std::vector<RehearsedDocument>& sample, std::int64_t documents);

}  // namespace docket
