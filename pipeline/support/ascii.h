#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace docket {

// Letters and digits of ASCII, whatever the locale (unlike <cctype>).

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
inline bool is_alpha(char c) { return is_upper(c) || is_lower(c); }
inline bool is_alnum(char c) { return is_alpha(c) || is_digit(c); }

inline char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
inline char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

/// The words of a text in lower case, with a blank before and after each: all but ASCII's letters and digits,
/// and what is not ASCII, parts words.
std::string words_apart(std::string_view text);

/// One after the other, with the separator between.
std::string joined(std::span<const std::string> texts, std::string_view separator);

/// Without blanks, tabs and line ends at both ends.
std::string_view trim(std::string_view text);

/// Takes exactly `count` digits off the front of `text`. Nothing: there are fewer.
std::optional<int> take_digits(std::string_view& text, std::size_t count);

}  // namespace docket
