#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/amounts.h"
#include "pipeline/reading/dates.h"

namespace docket {

/// How a document writes what could be read in two ways.
struct Writing {
  DecimalMark mark;
  DateOrder order;
  DayMonth dates = DayMonth::unknown;  ///< Where somebody says it.
  bool day_first_language = false;
  std::vector<std::string> currencies;  ///< ISO 4217, of those that it names beyond doubt.

  void add(std::string_view page);
  DayMonth day_month() const;
  /// The first of `currencies` that has the same symbol as this one; null: none.
  const std::string* named_with_symbol_of(std::string_view currency) const;
};

}  // namespace docket
