#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace docket::worker {

/// A number of a spreadsheet as its format (ECMA-376 part 1, 18.8.31) shows it, with these differences: dates
/// are ISO 8601, digits are not grouped, a decimal point is a point, and a sign is a minus. So an amount is
/// what a person sees, to the cent, and can be read in one way only.
///
/// `is_1904`: days are counted from 1904 and not from 1900.
std::string formatted_number(double value, std::string_view format, bool is_1904);

/// The format that a workbook names by its number alone (18.8.30); empty: there is none.
std::string_view built_in_format(long id);

/// A number in as few digits as tell it, at most 15: what a spreadsheet computes with.
std::string plain_number(double value);

/// A text cell as its format shows it: `@ "kg"`.
std::string formatted_text(std::string_view text, std::string_view format);

}  // namespace docket::worker
