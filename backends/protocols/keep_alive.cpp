#include "backends/protocols/keep_alive.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "pipeline/config/scalars.h"
#include "pipeline/support/ascii.h"

namespace docket::backends {
namespace {

/// The longer names first: `m` begins `ms`.
constexpr std::pair<std::string_view, double> units[] = {{"ns", 1e-9},      {"us", 1e-6}, {"\u00B5s", 1e-6},
                                                         {"\u03BCs", 1e-6}, {"ms", 1e-3}, {"s", 1},
                                                         {"m", 60},         {"h", 3600}};
/// What Go's 64 bits of nanoseconds hold.
constexpr double longest = 9.2e9;

/// The seconds of a number and its unit, which are taken away from the text.
std::optional<double> take_part(std::string_view& text) {
  std::size_t digits = 0;
  while (digits < text.size() && (is_digit(text[digits]) || text[digits] == '.'))
    ++digits;
  const std::optional<double> number =
      text.starts_with('.') ? std::nullopt : parse_number(text.substr(0, digits));
  if (!number) return std::nullopt;
  text.remove_prefix(digits);
  const auto* unit =
      std::ranges::find_if(units, [&](const auto& each) { return text.starts_with(each.first); });
  if (unit == std::end(units)) return std::nullopt;
  text.remove_prefix(unit->first.size());
  return *number * unit->second;
}

}  // namespace

std::optional<double> keep_alive_seconds(std::string_view text) {
  if (const auto seconds = parse_integer(text))
    return std::abs(static_cast<double>(*seconds)) <= longest ? std::optional(static_cast<double>(*seconds))
                                                              : std::nullopt;
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  double seconds = 0;
  while (!text.empty()) {
    const std::optional<double> part = take_part(text);
    if (!part) return std::nullopt;
    seconds += *part;
  }
  if (seconds > longest) return std::nullopt;
  return is_negative ? -seconds : seconds;
}

nlohmann::json keep_alive_member(std::string_view text) {
  if (const auto seconds = parse_integer(text)) return *seconds;
  return std::string(text);
}

}  // namespace docket::backends
