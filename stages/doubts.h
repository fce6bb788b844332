#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/registry.h"

namespace docket::stages {

// The kinds of Doubt: what `reasons` of escalate may name.
inline constexpr std::string_view low_confidence = "low_confidence";
inline constexpr std::string_view schema_failure = "schema_failure";
inline constexpr std::string_view missing_required_field = "missing_required_field";
inline constexpr std::string_view evidence_not_found = "evidence_not_found";
inline constexpr std::string_view failed_check = "failed_check";
inline constexpr std::string_view tiers_disagree = "tiers_disagree";
inline constexpr std::string_view too_long = "too_long";
inline constexpr std::string_view poor_text_layer = "poor_text_layer";
inline constexpr std::string_view partial_text = "partial_text";
inline constexpr std::string_view unknown_label = "unknown_label";
inline constexpr std::string_view embedded_differs = "embedded_differs";

/// In `reasons`: every kind.
inline constexpr std::string_view all_doubts = "all";
inline constexpr std::string_view reason_choices[] = {
    all_doubts,         low_confidence, schema_failure, missing_required_field,
    evidence_not_found, failed_check,   tiers_disagree, too_long,
    poor_text_layer,    partial_text,   unknown_label,  embedded_differs};

/// Which doubts an escalate stage takes for reasons: those of its setting `reasons`, all where neither that
/// nor `when` is given.
class ReasonFilter {
 public:
  explicit ReasonFilter(const StageConfig& escalate);
  bool takes(const Doubt& doubt) const;

 private:
  const std::vector<std::string> wanted_;  ///< `failed_check`, or `failed_check: totals add up`.
  const bool takes_all_;
};

/// As the record shows it: `low confidence: invoice_fields`.
std::string reason_of(const Doubt& doubt);

}  // namespace docket::stages
