#include "pipeline/support/decimal.h"

#include <algorithm>
#include <charconv>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

constexpr int decimals = 9;
constexpr std::int64_t one = 1'000'000'000;

/// `e-6` as -6; nothing where it is none, or beyond what could count.
std::optional<int> exponent_in(std::string_view text) {
  constexpr int most = 30;
  if (text.empty()) return 0;
  text.remove_prefix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  return is_whole && value >= -most && value <= most ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  const std::string_view mantissa = text.substr(0, text.find_first_of("eE"));
  const auto exponent = exponent_in(text.substr(mantissa.size()));
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  if (point < mantissa.size()) digits += mantissa.substr(point + 1);
  if (!exponent || digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  const std::size_t behind = point < mantissa.size() ? mantissa.size() - point - 1 : 0;
  const auto missing = decimals + *exponent - static_cast<std::int64_t>(behind);
  if (missing >= 0) {
    digits.append(static_cast<std::size_t>(missing), '0');
  } else {
    const std::size_t kept = digits.size() - std::min(digits.size(), static_cast<std::size_t>(-missing));
    if (digits.find_first_not_of('0', kept) != std::string::npos) return std::nullopt;
    digits.resize(kept);
  }
  if (digits.empty()) return 0;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc()) return std::nullopt;
  return is_negative ? -value : value;
}

std::string decimal_text(std::int64_t billionths) {
  const auto magnitude =
      billionths < 0 ? 0 - static_cast<std::uint64_t>(billionths) : static_cast<std::uint64_t>(billionths);
  std::string behind = std::to_string(magnitude % one);
  behind.insert(0, decimals - behind.size(), '0');
  behind.erase(behind.find_last_not_of('0') + 1);
  return (billionths < 0 ? "-" : "") + std::to_string(magnitude / one) + (behind.empty() ? "" : "." + behind);
}

}  // namespace docket
