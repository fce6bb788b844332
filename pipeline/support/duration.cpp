#include "pipeline/support/duration.h"

#include <charconv>
#include <cmath>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

struct Unit {
  std::string_view name;
  double milliseconds;
};
/// What begins like another stands before it.
constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr double longest_duration = 1e14;  ///< 3000 years; far from overflow.

const Unit* unit_of(std::string_view text) {
  for (const Unit& unit : units) {
    if (text.starts_with(unit.name)) return &unit;
  }
  return nullptr;
}

/// "2 h 10 min", "2 h"
std::string in_two_units(std::int64_t count, std::int64_t per_large, const char* large, const char* small) {
  const std::string text = std::to_string(count / per_large) + large;
  return count % per_large == 0 ? text : text + " " + std::to_string(count % per_large) + small;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    double number = 0;
    if (!is_digit(text.front()) && text.front() != '.') return std::nullopt;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const Unit* const unit = unit_of(text);
    if (error != std::errc() || unit == nullptr) return std::nullopt;
    total += number * unit->milliseconds;
    if (total > longest_duration) return std::nullopt;
    text.remove_prefix(unit->name.size());
  }
  return std::chrono::milliseconds(std::llround(total));
}

std::string format_duration(std::chrono::milliseconds duration) {
  const std::int64_t milliseconds = duration.count();
  const std::int64_t seconds = milliseconds / 1000, minutes = seconds / 60, hours = minutes / 60;
  if (seconds < 1) return std::to_string(milliseconds) + " ms";
  if (minutes < 1) {
    const std::int64_t tenths = milliseconds / 100 % 10;
    return std::to_string(seconds) + (tenths == 0 ? "" : "." + std::to_string(tenths)) + " s";
  }
  if (hours < 1) return in_two_units(seconds, 60, " min", " s");
  if (hours < 72) return in_two_units(minutes, 60, " h", " min");
  return std::to_string(hours / 24) + " days";
}

}  // namespace docket
