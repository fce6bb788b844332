#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// The number of an item of a list, in the forms that Office documents name (`decimal`, `lowerLetter`,
/// `upperRoman`, …) and OpenDocument has (`1`, `a`, `I`); empty for those that show none. Unknown forms are
/// decimal.
std::string list_number(long number, std::string_view form);

}  // namespace docket::worker
