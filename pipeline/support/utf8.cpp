#include "pipeline/support/utf8.h"

#include <utf8cpp/utf8.h>

#include <algorithm>
#include <iterator>

namespace docket {
namespace {

constexpr std::size_t longest_character = 4;  ///< Bytes.

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  const auto bad = utf8::find_invalid(text.begin(), text.end());
  return bad == text.end() ? std::string_view::npos : static_cast<std::size_t>(bad - text.begin());
}

char32_t character_at(std::string_view text, std::size_t at) {
  return at < text.size() ? next_code_point(text, at) : 0;
}

char32_t character_before(std::string_view text, std::size_t at) {
  if (at == 0 || at > text.size()) return 0;
  std::size_t begin = begin_of_character_before(text, at);
  return next_code_point(text, begin);
}

std::size_t begin_of_character_before(std::string_view text, std::size_t at) {
  std::size_t begin = at == 0 ? 0 : at - 1;
  while (begin > 0 && continues_character(text[begin]))
    --begin;
  return begin;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, false, continues_character));
}

char32_t next_code_point_beyond_ascii(std::string_view text, std::size_t& at) {
  const char* position = text.data() + at;
  if (first_invalid_utf8(text.substr(at, longest_character)) == 0) {
    ++at;
    return replacement_character;
  }
  const char32_t c = utf8::unchecked::next(position);
  at = static_cast<std::size_t>(position - text.data());
  return c;
}

namespace {

/// Where the escape sequence that begins at `at` ends (ECMA-48): `ESC [ … letter`, `ESC ] … BEL`, `ESC x`.
std::size_t end_of_escape(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  if (end == text.size()) return end;
  const char kind = text[end++];
  if (kind == '[') {
    while (end < text.size() && text[end] >= ' ' && text[end] < '@')
      ++end;
    return std::min(end + 1, text.size());
  }
  if (kind == ']') {
    while (end < text.size() && text[end] != '\a' && text[end] != '\x1b')
      ++end;
    return end < text.size() && text[end] == '\a' ? end + 1 : end;
  }
  return kind >= ' ' && kind <= '~' ? end : at + 1;
}

/// Moves what is shown after it, breaks the line, or does the like: C0 and C1 controls, line separators.
bool is_control(char32_t c) { return c < ' ' || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029; }

/// Turns the direction of what follows, or is seen by nobody: bidi marks, zero width, tags.
bool is_invisible(char32_t c) {
  return c == 0x61C || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t most) {
  std::string line;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\x1b') {
      at = end_of_escape(text, at);
      continue;
    }
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    if (is_invisible(c)) continue;
    std::string shown;
    append_utf8(shown, is_control(c) ? U' ' : c);
    if (begin >= most || line.size() + shown.size() > most) return line + "…";
    line += shown;
  }
  return line;
}

void append_utf8(std::string& out, char32_t c) {
  const bool valid = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
  utf8::unchecked::append(valid ? c : replacement_character, std::back_inserter(out));
}

}  // namespace docket
