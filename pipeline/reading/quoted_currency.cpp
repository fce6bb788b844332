#include "pipeline/reading/quoted_currency.h"

#include <set>

#include "pipeline/reading/currencies.h"

namespace docket {

bool is_currency(std::string_view value) {
  CurrencyFound found;
  return value.size() == 3 && currency_at(value, 0, 3, found) && found.is_code;
}

ValueReading read_currency(const std::string& value, const Passage& passage, const Writing& writing) {
  ValueReading reading;
  std::set<std::string_view> others;
  for (const CurrencyFound& found : find_currencies(passage.page, passage.begin, passage.end)) {
    const bool shared = found.shared_symbol && share_symbol(found.code, value);
    if (found.code != value && !shared) {
      others.insert(found.code);
      continue;
    }
    // A document that names one of them means it by the symbol too.
    const std::string* named = shared ? writing.named_with_symbol_of(value) : nullptr;
    const bool settled = named != nullptr;
    if (settled && *named != value) {
      others.insert(*named);
      continue;
    }
    const bool ambiguous = found.code != value && !settled;
    reading.ambiguous = ambiguous && (reading.says != ValueReading::Says::yes || reading.ambiguous);
    reading.says = ValueReading::Says::yes;
  }
  reading.others = static_cast<int>(others.size());
  return reading;
}

}  // namespace docket
