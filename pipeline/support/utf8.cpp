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

std::string excerpt(std::string_view text, std::size_t most) {
  std::string line;
  for (const char c : text.substr(0, most))
    line += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
  if (const std::size_t bad = first_invalid_utf8(line); bad != std::string::npos) line.resize(bad);
  return line + (text.size() > most ? "…" : "");
}

void append_utf8(std::string& out, char32_t c) {
  const bool valid = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
  utf8::unchecked::append(valid ? c : replacement_character, std::back_inserter(out));
}

}  // namespace docket
