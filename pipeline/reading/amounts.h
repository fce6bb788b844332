#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// A number in a text, in any of the ways that Europe, America, India and Arabia write it: 1.234,56,
/// 1,234.56, 1 234,56, 1'234.56, 1,23,456.00, -5, 5-, (5), with the digits, dashes and blanks of any script.
struct NumberFound {
  static constexpr char sign = '-';  ///< Of `unclear`.

  std::uint32_t begin = 0, end = 0;  ///< Bytes of the text: sign, brackets and currency included.
  double value = 0;
  int decimals = 0;      ///< Digits behind the decimal mark.
  bool percent = false;  ///< A percent sign follows.
  bool glued = false;    ///< A part of something else: 12kg, RE-2024/17, 030/1234.
  /// The mark of 1.234 or 1,234: read as thousands, but may be three decimals, unless it is a sum of a
  /// currency that has none (¥1,234). `sign`: 5 CR lessens a bill,
  /// and adds to an account; a dash behind a word may be a minus. Else 0.
  char unclear = 0;
  double other = 0;               ///< The other reading of an unclear number.
  std::string currency;           ///< ISO 4217, of the code or the symbol that stands beside it; else empty.
  bool symbol_is_shared = false;  ///< More than one currency has the symbol: $, kr, ¥.
};

/// What a document shows of its decimal mark, by numbers that can be read in one way only.
struct DecimalMark {
  int comma = 0;
  int point = 0;
};

/// All numbers of text[begin, end), in order, none overlapping. Counts into `mark`.
std::vector<NumberFound> find_numbers(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                      DecimalMark& mark);

/// Takes the mark of an unclear number for one of thousands.
void take_thousands(NumberFound& number);

/// Gives an unclear number the reading that the document's other numbers suggest, if they do.
void settle(NumberFound& number, const DecimalMark& mark);

}  // namespace docket
