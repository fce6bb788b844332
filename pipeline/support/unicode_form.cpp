#include "pipeline/support/unicode_form.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// `text` is UTF-8.
std::string composed_utf8(std::string_view text) {
  utf8proc_uint8_t* out = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, std::free);
  if (length < 0) return std::string(text);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(length)};
}

}  // namespace

std::string composed(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::size_t bad = first_invalid_utf8(text);
    if (bad == std::string_view::npos) return out + composed_utf8(text);
    out += composed_utf8(text.substr(0, bad));
    out += text[bad];
    text.remove_prefix(bad + 1);
  }
  return out;
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
