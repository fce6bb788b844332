#include "pipeline/cap.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace docket {
namespace {

constexpr std::size_t decimals = 3;         ///< Of a percentage.
constexpr std::int64_t whole = 100'000;     ///< 100%, in thousandths of a percent.
constexpr std::size_t longest_number = 15;  ///< Digits: fits, whatever it is multiplied with.

std::optional<std::int64_t> digits(std::string_view text) {
  std::int64_t number = 0;
  const bool is_number = !text.empty() && text.size() <= longest_number &&
                         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// `2.5` is 2,500.
std::optional<std::int64_t> thousandths(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto units = digits(text.substr(0, point));
  if (!units || *units > 100) return std::nullopt;
  if (point == text.size()) return *units * 1000;
  std::string rest(text.substr(point + 1));
  if (rest.empty() || rest.size() > decimals) return std::nullopt;
  rest.resize(decimals, '0');
  const auto fraction = digits(rest);
  if (!fraction) return std::nullopt;
  return *units * 1000 + *fraction;
}

}  // namespace

std::optional<Cap> Cap::parse(std::string_view text) {
  Cap cap;
  cap.is_share_ = text.ends_with('%');
  if (cap.is_share_) text.remove_suffix(1);
  while (cap.is_share_ && text.ends_with(' '))
    text.remove_suffix(1);
  const auto number = cap.is_share_ ? thousandths(text) : digits(text);
  if (!number || (cap.is_share_ && *number > whole)) return std::nullopt;
  cap.number_ = *number;
  return cap;
}

std::int64_t Cap::allowed(std::int64_t documents) const {
  return is_share_ ? documents * number_ / whole : std::min(number_, documents);
}

}  // namespace docket
