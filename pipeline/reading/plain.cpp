#include "pipeline/reading/plain.h"

#include <algorithm>

#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr char32_t soft_hyphen = 0xAD;

/// Of UTF-8: no character that begins so is replaced. Most texts of Europe have no others.
bool is_plain_byte(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  return c < 0xC2 || (c >= 0xC3 && c < 0xCA);
}

bool is_letter(char32_t c) {
  return c < 0x80 ? is_alpha(static_cast<char>(c)) : word_part(c) != WordPart::none;
}

}  // namespace

bool is_dash(char32_t c) {
  return c == '-' || c == 0xAD || (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63 ||
         c == 0xFF0D;
}

bool is_apostrophe(char32_t c) {
  return c == 0xB4 || c == 0x2BC || c == 0x2018 || c == 0x2019 || c == 0x2032;
}

bool is_single_quote(char32_t c) { return is_apostrophe(c) || c == 0x60 || c == 0x201A || c == 0x201B; }

bool is_double_quote(char32_t c) {
  return c == 0xAB || c == 0xBB || (c >= 0x201C && c <= 0x201F) || c == 0x2033;
}

bool is_blank_beyond_ascii(char32_t c) {
  return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

char32_t plain_character(char32_t c) {
  if (c < 0x80) return c;
  if (const auto digit = decimal_digit(c)) return static_cast<char32_t>('0' + *digit);
  if (is_blank_beyond_ascii(c)) return ' ';
  if (is_dash(c)) return '-';
  if (is_apostrophe(c)) return '\'';
  switch (c) {
    case 0x66C:  // Parts thousands.
      return '\'';
    case 0x66A:
      return '%';
    case 0x2024:
      return '.';
    case 0x2044:
    case 0x2215:
      return '/';
    default:
      break;
  }
  if (word_part(c) == WordPart::invisible) return 0;
  const char32_t form = plain_form_of(c);
  return form == c ? c : plain_character(form);
}

bool is_break_of_word(std::string_view text, std::size_t at) {
  if (!is_letter(character_before(text, at))) return false;
  std::size_t next = at + 2;
  if (next >= text.size() || text[next] == '\n' || text[next] == '\r' || text[next] == ' ') return true;
  const char32_t c = next_code_point(text, next);
  return is_letter(c) && !decimal_digit(c);
}

PlainText::PlainText(std::string_view text) : text_(text) {
  if (std::ranges::all_of(text, is_plain_byte)) return;
  replaced_ = true;
  own_.reserve(text.size());
  origins_.reserve(text.size() + 1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    const bool is_text = c != replacement_character || at - begin > 1;
    if (c == soft_hyphen && is_break_of_word(text, begin)) continue;
    const char32_t read_as = is_text ? plain_character(c) : c;
    if (read_as == c)
      for (std::size_t byte = begin; byte < at; ++byte) {
        own_ += text[byte];
        origins_.push_back(static_cast<std::uint32_t>(byte));
      }
    else if (read_as != 0)
      append(read_as, begin);
  }
  origins_.push_back(static_cast<std::uint32_t>(text.size()));
}

void PlainText::append(char32_t c, std::size_t begin) {
  const std::size_t before = own_.size();
  append_utf8(own_, c);
  origins_.insert(origins_.end(), own_.size() - before, static_cast<std::uint32_t>(begin));
}

std::string plain(std::string_view text) { return std::string(PlainText(text).text()); }

}  // namespace docket
