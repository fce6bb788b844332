#include "pipeline/support/unicode_form.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// `text` is UTF-8.
std::string mapped_utf8(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, std::free);
  if (length < 0) return std::string(text);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

/// Bytes that are not UTF-8 stay as they are.
std::string mapped(std::string_view text, int options) {
  std::string out;
  while (!text.empty()) {
    const std::size_t bad = first_invalid_utf8(text);
    if (bad == std::string_view::npos) return out + mapped_utf8(text, options);
    out += mapped_utf8(text.substr(0, bad), options);
    out += text[bad];
    text.remove_prefix(bad + 1);
  }
  return out;
}

bool is_decimal_digit(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND;
}

bool within(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

/// Blocks of forms of other characters.
bool is_in_block_of_forms(char32_t c) {
  return within(c, 0x2F00, 0x2FDF) || within(c, 0xF900, 0xFAFF) || within(c, 0xFE10, 0xFE1F) ||
         within(c, 0xFE30, 0xFE6F) || within(c, 0xFF00, 0xFFEF) || within(c, 0x1D400, 0x1D7FF);
}

bool is_mark_of_vowels_or_accent(char32_t c) {
  return c < 0x900 || within(c, 0x1AB0, 0x1AFF) || within(c, 0x1DC0, 0x1DFF) || within(c, 0x20D0, 0x20FF) ||
         within(c, 0x3099, 0x309A) || within(c, 0xFE20, 0xFE2F);
}

}  // namespace

std::optional<int> decimal_digit(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c < 0x660 || !is_decimal_digit(c)) return std::nullopt;
  // They stand in runs from 0 to 9; the mathematical ones are several runs without a gap.
  char32_t zero = c;
  while (is_decimal_digit(zero - 1))
    --zero;
  return static_cast<int>((c - zero) % 10);
}

std::u32string parts_of(char32_t c) {
  std::array<utf8proc_int32_t, 32> parts{};
  int last_class = 0;
  const auto count = utf8proc_decompose_char(
      static_cast<utf8proc_int32_t>(c), parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT), &last_class);
  if (count <= 0 || static_cast<std::size_t>(count) > parts.size()) return std::u32string(1, c);
  return {parts.begin(), parts.begin() + count};
}

char32_t plain_form_of(char32_t c) {
  if (!is_in_block_of_forms(c)) return c;
  const std::u32string parts = parts_of(c);
  return parts.size() == 1 ? parts.front() : c;
}

WordPart word_part(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
      if (within(c, 0xFE00, 0xFE0F) || within(c, 0xE0100, 0xE01EF) || within(c, 0x180B, 0x180D) || c == 0x34F)
        return WordPart::invisible;
      return is_mark_of_vowels_or_accent(c) ? WordPart::diacritic : WordPart::letter;
    case UTF8PROC_CATEGORY_CF:
      return WordPart::invisible;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
      return c == 0x640 ? WordPart::invisible : WordPart::letter;  // Only makes an Arabic word longer.
    default:
      return WordPart::none;
  }
}

std::string composed(std::string_view text) {
  return is_ascii(text) ? std::string(text) : mapped(text, UTF8PROC_COMPOSE);
}

std::string widely_comparable(std::string_view text) {
  std::string name = mapped(text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  for (const std::string_view turkish : {"\u0131", "i\u0307"})  // Of which `I` may be the capital.
    for (std::size_t at = name.find(turkish); at != std::string::npos; at = name.find(turkish, at))
      name.replace(at, turkish.size(), "i");
  return name;
}

std::vector<std::string> spellings_of_name(std::string_view name) {
  std::vector<std::string> all;
  for (std::string spelling : {composed(name), mapped(name, UTF8PROC_DECOMPOSE), widely_comparable(name)})
    if (spelling != name && std::ranges::find(all, spelling) == all.end()) all.push_back(std::move(spelling));
  return all;
}

std::u32string plain_arabic(std::u32string_view text) {
  std::u32string out;
  for (const char32_t c : text) {
    constexpr std::size_t longest = 18;  // U+FDFA, a blessing.
    utf8proc_int32_t letters[longest];
    int boundary = 0;
    const bool is_form = (c >= 0xFB50 && c <= 0xFDFB) || (c >= 0xFE70 && c <= 0xFEFC);
    const utf8proc_ssize_t count =
        !is_form ? 0
                 : utf8proc_decompose_char(
                       static_cast<utf8proc_int32_t>(c), letters, longest,
                       static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE), &boundary);
    if (count < 1 || count > static_cast<utf8proc_ssize_t>(longest) || letters[0] == ' ') {
      out += c;
      continue;
    }
    out.append(letters, letters + count);
  }
  return out;
}

char32_t fold_beyond_ascii(char32_t c) {
  // By way of the capital, which joins what has several small forms, such as the two sigmas.
  return static_cast<char32_t>(utf8proc_tolower(utf8proc_toupper(static_cast<utf8proc_int32_t>(c))));
}

int columns_of(char32_t c) { return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c)); }

char32_t capital(char32_t c) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

std::string comparable(std::string_view text, LetterCase letters) {
  const std::string whole = composed(text);
  if (letters == LetterCase::counts) return whole;
  std::string out;
  out.reserve(whole.size());
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(whole, at);
    if (c == replacement_character && at == begin + 1)
      out += whole[begin];
    else
      append_utf8(out, fold(c));
  }
  return out;
}

}  // namespace docket
