#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/registry.h"

namespace docket::stages {

// The kinds of Doubt: what `reasons` of escalate may name.
inline constexpr std::string_view low_confidence = "low_confidence";
inline constexpr std::string_view missing_required_field = "missing_required_field";
inline constexpr std::string_view failed_check = "failed_check";
inline constexpr std::string_view poor_text_layer = "poor_text_layer";
inline constexpr std::string_view unknown_label = "unknown_label";
inline constexpr std::string_view too_long = "too_long";
inline constexpr std::string_view doubt_kinds[] = {low_confidence,  missing_required_field, failed_check,
                                                   poor_text_layer, unknown_label,          too_long};

}  // namespace docket::stages
