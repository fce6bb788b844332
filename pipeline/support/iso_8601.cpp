#include "pipeline/support/iso_8601.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// Two digits, from 0 to `most`.
bool take_pair(std::string_view& text, int most) { return take_digits(text, 2).value_or(most + 1) <= most; }

bool take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return false;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return false;
  const auto day = take_digits(text, 2);
  return day && is_calendar_day(*year, *month, *day);
}

bool take_time(std::string_view& text) {
  if (!take_pair(text, 23) || !take(text, ":") || !take_pair(text, 59) || !take(text, ":") ||
      !take_pair(text, 60)) {  // A leap second.
    return false;
  }
  if (take(text, ".")) {
    if (!take(text, "0123456789")) return false;
    while (take(text, "0123456789")) {
    }
  }
  if (take(text, "Zz")) return true;
  return take(text, "+-") && take_pair(text, 23) && take(text, ":") && take_pair(text, 59);
}

}  // namespace

bool is_iso_date(std::string_view text) { return take_date(text) && text.empty(); }

bool is_iso_time(std::string_view text) { return take_time(text) && text.empty(); }

bool is_iso_date_time(std::string_view text) {
  return take_date(text) && take(text, "Tt") && take_time(text) && text.empty();
}

bool is_calendar_day(int year, int month, int day) {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;  // std::chrono has a byte for each.
  return std::chrono::year_month_day(std::chrono::year(year),
                                     std::chrono::month(static_cast<unsigned>(month)),
                                     std::chrono::day(static_cast<unsigned>(day)))
      .ok();
}

std::string iso_date(int year, int month, int day) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d", year, month, day);
  return text.data();
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

}  // namespace docket
