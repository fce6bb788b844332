#pragma once
#include <span>
#include <string_view>

namespace docket {

// The tables of words and signs that dates are written with. Words are as `fold` writes them: "März" is
// "marz", "août" is "aout".

/// A month by a name or an abbreviation of it.
struct MonthName {
  std::string_view name;
  int month;
  unsigned languages;  ///< A set of `Language`.
};

/// Null: no month has this name. Lives as long as the program.
const MonthName* month_named(std::string_view folded);

/// Follows the digits of an ordinal: "st", "ieme".
bool is_ordinal_ending(std::string_view folded);

/// May stand between a day and its month: "5th day of the month of May", "a los 5 días del mes de mayo".
bool leads_to_month(std::string_view folded);

/// May stand between a month and its year: "in the year of our Lord", "del año", "im Jahre".
bool leads_to_year(std::string_view folded);

/// Of the calendars of East Asia: the year before their first.
struct Era {
  std::string_view name;
  int before;
};
std::span<const Era> eras();

/// A sign or digit that numbers of East Asia are written with.
struct Numeral {
  std::string_view sign;
  int value;
};
std::span<const Numeral> eastern_numerals();

/// Stands in most texts of its language, and in few of others: of English; of the languages of the mainland
/// of Europe and of South America.
bool is_common_in_english(std::string_view folded);
bool is_common_on_mainland(std::string_view folded);

}  // namespace docket
