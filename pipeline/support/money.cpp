#include "pipeline/support/money.h"

#include <array>
#include <cstdio>

namespace docket {

namespace {

std::string with_decimals(std::int64_t nano_dollars, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "$%.*f", decimals, static_cast<double>(nano_dollars) / 1e9);
  return text.data();
}

}  // namespace

std::string format_cents(std::int64_t nano_dollars) { return with_decimals(nano_dollars, 2); }

std::string format_money(std::int64_t nano_dollars) {
  int decimals = 2;
  for (std::int64_t tenth = 10'000'000; nano_dollars > 0 && nano_dollars < tenth && decimals < 9; tenth /= 10)
    decimals += decimals == 2 ? 2 : 1;
  return with_decimals(nano_dollars, decimals);
}

}  // namespace docket
