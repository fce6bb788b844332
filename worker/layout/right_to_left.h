#pragma once
#include <string>
#include <string_view>

#include "worker/layout/lines.h"

namespace docket::worker {

/// Poppler gives the letters of a word from left to right. The word as it is read, when it is written from
/// right to left: letters turned round, numbers and Latin words within it kept; marks stand behind their
/// letter before and after. Arabic letters in a form for one place in a word, or two in one character, become
/// letters.
std::u32string in_reading_order(std::u32string_view word);

/// Brackets that open or close; the other of the two for each, and all else as it is.
bool opens(char32_t c);
bool closes(char32_t c);
char32_t mirrored(char32_t c);

/// Turns a line round that is mostly written from right to left; stretches of other words keep their order.
/// The words themselves are in reading order already.
void put_in_reading_order(Line& line);

}  // namespace docket::worker
