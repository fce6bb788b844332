#pragma once
#include <string>
#include <string_view>

namespace docket::worker {

/// Appends `code_point` the way a reader would type it: ligatures as letters, every kind of blank as ' ',
/// what Windows shows for U+0080..U+009F, nothing for what cannot be seen (controls, soft hyphen, marks of
/// direction).
void append_clean(std::string& out, char32_t code_point);

/// The same for UTF-8 and for poppler's UTF-16, letters with their accents composed; a soft hyphen in UTF-8
/// that is no break of a word is a hyphen. The result is valid UTF-8 whatever comes in.
std::string clean_utf8(std::string_view utf8);
std::string clean_utf16(std::u16string_view utf16);

/// In a text it marks where a word may be broken, and is not seen; a page that draws it shows a hyphen.
inline constexpr char32_t soft_hyphen = 0xAD;

/// The first character of UTF-8 that is not empty.
char32_t first_character(std::string_view utf8);

/// Stands over, under or within the letter before it and has no place of its own.
bool is_mark(char32_t code_point);

/// A character that says nothing: U+FFFD, private use, not assigned to a character.
bool is_meaningless(char32_t code_point);

/// A letter of a script written from right to left (Hebrew, Arabic and their kin).
bool is_right_to_left(char32_t code_point);

}  // namespace docket::worker
