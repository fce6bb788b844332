#include "pipeline/support/money.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace docket {
namespace {

std::uint64_t power_of_ten(int exponent) {
  std::uint64_t power = 1;
  while (exponent-- > 0)
    power *= 10;
  return power;
}

/// Rounded to the nearest.
std::string with_decimals(std::int64_t nano_dollars, int decimals) {
  const bool is_negative = nano_dollars < 0;
  const auto nano = static_cast<std::uint64_t>(nano_dollars);
  const std::uint64_t unit = power_of_ten(9 - decimals), units_per_dollar = power_of_ten(decimals);
  const std::uint64_t units = ((is_negative ? 0 - nano : nano) + unit / 2) / unit;
  std::string behind = std::to_string(units % units_per_dollar);
  behind.insert(0, static_cast<std::size_t>(decimals) - behind.size(), '0');
  return (is_negative ? "-$" : "$") + std::to_string(units / units_per_dollar) + "." + behind;
}

}  // namespace

double in_usd(std::int64_t nano_dollars) {
  return static_cast<double>(nano_dollars) / static_cast<double>(power_of_ten(9));
}

std::int64_t in_nano_dollars(double usd) { return std::llround(usd * static_cast<double>(power_of_ten(9))); }

std::string format_cents(std::int64_t nano_dollars) { return with_decimals(nano_dollars, 2); }

std::int64_t money_sum(std::int64_t a, std::int64_t b) {
  return a + std::min(b, std::numeric_limits<std::int64_t>::max() - a);
}

std::string format_money(std::int64_t nano_dollars) {
  int decimals = 2;
  for (std::int64_t tenth = 10'000'000; nano_dollars > 0 && nano_dollars < tenth && decimals < 9; tenth /= 10)
    decimals += decimals == 2 ? 2 : 1;
  return with_decimals(nano_dollars, decimals);
}

}  // namespace docket
