#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/folded.h"

namespace docket {

/// A calendar date in a text. Where day and month cannot be told apart, both readings are kept.
struct DateFound {
  std::uint32_t begin = 0, end = 0;  ///< Bytes of the text.
  std::string iso;                   ///< 2024-03-05, read day first if ambiguous.
  std::string month_first;           ///< The other reading of an ambiguous date; else empty.
  bool two_digit_year = false;
};

/// What a document shows of the order of day and month in its numeric dates.
struct DateOrder {
  int day_first = 0;    ///< Dates such as 25/12/2024,
  int month_first = 0;  ///< such as 12/25/2024.
};

/// All dates of the tokens [first, last), in order, none overlapping: ISO, numeric with one kind of
/// separator, and with the name of the month in English, German, French, Dutch, Italian or Spanish. Counts
/// into `order`.
std::vector<DateFound> find_dates(std::string_view text, const Folded& folded, std::size_t first,
                                  std::size_t last, DateOrder& order);

/// 1 to 12, or 0: `folded` is no name of a month, or abbreviation of one, in any of the languages.
int month_by_name(std::string_view folded);

}  // namespace docket
