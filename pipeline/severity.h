#pragma once
#include <compare>
#include <nlohmann/json.hpp>

namespace docket {

/// How badly a document needs a better answer: where only some may have one, the greatest come first.
struct Severity {
  double doubt = 0;       ///< 0…1.
  double complexity = 0;  ///< 0…1; tells between documents of the same doubt.
  friend auto operator<=>(const Severity&, const Severity&) = default;
};

/// From what the record of the stages before has: `doubt` is 1 minus the lowest confidence of any stage's
/// answer (fields that are missing, checks that failed and evidence that was not found are in it already), 0
/// where no stage tells one; `complexity` is `.complexity.score`. A pure function.
Severity severity(const nlohmann::json& record);

}  // namespace docket
