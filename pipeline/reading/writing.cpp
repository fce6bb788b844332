#include "pipeline/reading/writing.h"

#include <algorithm>
#include <cstdint>

#include "pipeline/reading/currencies.h"
#include "pipeline/reading/folded.h"

namespace docket {

void Writing::add(std::string_view page) {
  const auto size = static_cast<std::uint32_t>(page.size());
  find_numbers(page, 0, size, mark);
  const Folded folded = fold(page);
  find_dates(page, folded, 0, folded.tokens.size(), order);
  day_first_language = day_first_language || speaks_day_first(folded);
  for (const CurrencyFound& found : find_currencies(page, 0, size)) {
    if (found.shared_symbol || std::ranges::find(currencies, found.code) != currencies.end()) continue;
    currencies.emplace_back(found.code);
  }
}

DayMonth Writing::day_month() const {
  if (dates != DayMonth::unknown) return dates;
  const DayMonth shown = shown_by(order);
  return shown == DayMonth::unknown && day_first_language ? DayMonth::day_first : shown;
}

const std::string* Writing::named_with_symbol_of(std::string_view currency) const {
  const auto named =
      std::ranges::find_if(currencies, [&](const std::string& code) { return share_symbol(code, currency); });
  return named == currencies.end() ? nullptr : &*named;
}

}  // namespace docket
