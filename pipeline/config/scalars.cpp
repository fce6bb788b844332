#include "pipeline/config/scalars.h"

#include <charconv>
#include <cmath>
#include <string>

namespace docket {
namespace {

template <class T>
std::optional<T> parse_whole(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Unit {
  std::string_view name;
  double milliseconds;
};
constexpr Unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr double longest_duration = 1e14;  ///< 3000 years; far from overflow.

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse_whole<std::int64_t>(text); }

std::optional<double> parse_number(std::string_view text) {
  const auto number = parse_whole<double>(text);
  return number && std::isfinite(*number) ? number : std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::size_t end = text.find_first_not_of("0123456789.");
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(text.substr(0, end));
  for (const Unit& unit : units) {
    if (text.substr(end) != unit.name || !number || *number * unit.milliseconds > longest_duration) continue;
    return std::chrono::milliseconds(std::llround(*number * unit.milliseconds));
  }
  return std::nullopt;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9}) {
    if (!is_digit(text[i])) return false;
  }
  const auto part = [&](std::size_t at, std::size_t length) {
    return *parse_whole<int>(text.substr(at, length));
  };
  return std::chrono::year_month_day(std::chrono::year(part(0, 4)), std::chrono::month(part(5, 2)),
                                     std::chrono::day(part(8, 2)))
      .ok();
}

std::string shown(double number) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, number);
  return error == std::errc() ? std::string(buffer, end) : "?";
}

}  // namespace docket
