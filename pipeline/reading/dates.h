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

/// Which of day and month comes first where a date leaves it open, as 05/03/2024 does.
enum class DayMonth { unknown, day_first, month_first };

/// All dates of the tokens [first, last), in order, none overlapping: ISO; numeric with one kind of
/// separator; with the name of the month in the languages of Europe, the day and the year perhaps in words
/// ("the third day of March, two thousand and six", in English, German, French, Dutch, Italian, Spanish or
/// Portuguese); with the signs of East Asia. With the digits and dashes of any script. Counts into `order`.
std::vector<DateFound> find_dates(std::string_view text, const Folded& folded, std::size_t first,
                                  std::size_t last, DateOrder& order);

/// `folded` is the name of a month, or an abbreviation of one, in one of these languages.
bool is_month(std::string_view folded);

/// The text is in a language of the mainland of Europe or of South America: nobody there writes the month
/// first. English leaves it open.
bool speaks_day_first(const Folded& folded);

/// The same of a language that is known. `code`: ISO 639-1.
bool is_day_first_language(std::string_view code);

/// What the dates of a document show.
DayMonth shown_by(const DateOrder& order);

/// Gives an ambiguous date the reading that is meant, if that is known.
void settle(DateFound& date, DayMonth order);

}  // namespace docket
