#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// A decimal number in billionths, from its text and exact: `0.15` and `1.5e-1` are 150'000'000. Nothing: it
/// is no number, needs more than nine decimals, or does not fit.
std::optional<std::int64_t> parse_decimal(std::string_view text);

/// Back, without zeros at the end: `0.15`.
std::string decimal_text(std::int64_t billionths);

}  // namespace docket
