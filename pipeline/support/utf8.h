#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace docket {

/// Stands for what is no character.
inline constexpr char32_t replacement_character = 0xFFFD;

/// Offset of the first byte that is not well-formed UTF-8 (no overlong form, no surrogate); npos: all is.
std::size_t first_invalid_utf8(std::string_view text);
inline bool is_utf8(std::string_view text) { return first_invalid_utf8(text) == std::string_view::npos; }

/// Characters (code points) of valid UTF-8.
std::size_t characters(std::string_view text);

/// The character at `at`; 0: none.
char32_t character_at(std::string_view text, std::size_t at);
/// The character that ends before `at`; 0: none.
char32_t character_before(std::string_view text, std::size_t at);
/// Where the character that ends before `at` begins; 0 if there is none. `at` is within the text, or its end.
std::size_t begin_of_character_before(std::string_view text, std::size_t at);

/// True for the second and further bytes of a character.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// The code point at `at`, which moves behind it. What is not UTF-8 gives U+FFFD and moves by one byte.
char32_t next_code_point_beyond_ascii(std::string_view text, std::size_t& at);
inline char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at]);
  return first < 0x80 ? (++at, first) : next_code_point_beyond_ascii(text, at);
}

/// What comes from outside (a server, a file, a library) as it may stand in a message: at most `most` bytes
/// of it on one line and in valid UTF-8, `…` where more was. Control characters and line ends become blanks,
/// bytes that are no UTF-8 U+FFFD; escape sequences of terminals and what is not seen (bidirectional marks,
/// zero width) are left out.
std::string excerpt(std::string_view text, std::size_t most);

/// Appends `code_point` as UTF-8; a surrogate or a number beyond Unicode becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

}  // namespace docket
