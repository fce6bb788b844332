#include "backends/calls/unescaped.h"

#include <algorithm>
#include <charconv>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

struct Escape {
  std::size_t length = 0;  ///< 0: there is none.
  char32_t character = 0;  ///< 0: it stands for nothing.
};

/// The number that takes all of the digits; 0: they are none, or no character.
char32_t character_of(std::string_view digits, int base) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  const bool is_character = number < 0x110000 && (number < 0xD800 || number > 0xDFFF);
  return error == std::errc() && end == digits.data() + digits.size() && is_character ? number : 0;
}

Escape of_json(std::string_view text) {
  constexpr std::size_t deepest = 8;  // JSON in JSON in JSON has seven.
  const std::size_t at = text.substr(0, deepest).find_first_not_of('\\');
  if (at == std::string_view::npos) return {};
  if (text[at] == 'u' && at + 5 <= text.size())
    if (const char32_t c = character_of(text.substr(at + 1, 4), 16); c != 0) return {at + 5, c};
  constexpr std::string_view names = "nrtfb\"/", meant = "\n\r\t\n \"/";
  const std::size_t known = names.find(text[at]);
  if (std::string_view("@._-+*#()[]").find(text[at]) != std::string_view::npos)  // Of Markdown.
    return {at + 1, static_cast<char32_t>(text[at])};
  return known == std::string_view::npos ? Escape{} : Escape{at + 1, static_cast<char32_t>(meant[known])};
}

Escape of_address(std::string_view text) {
  std::size_t begin = 1;
  while (begin <= 5 && text.substr(begin).starts_with("25"))  // `%2540`: escaped again.
    begin += 2;
  if (begin + 2 > text.size()) return {};
  const char32_t c = character_of(text.substr(begin, 2), 16);
  return c == '\n' || (c >= 0x20 && c < 0x7F) ? Escape{begin + 2, c} : Escape{};
}

Escape of_html(std::string_view text) {
  constexpr std::size_t longest = 10;
  const std::size_t end = text.substr(0, longest).find(';');
  if (end == std::string_view::npos) return {};
  const std::string_view name = text.substr(1, end - 1);
  if (name == "nbsp") return {end + 1, ' '};
  if (name == "commat") return {end + 1, '@'};
  if (name == "period") return {end + 1, '.'};
  if (name == "amp") return {end + 1, '&'};
  if (!name.starts_with('#') || name.size() < 2) return {};
  const bool is_hex = name[1] == 'x' || name[1] == 'X';
  const char32_t c = character_of(name.substr(is_hex ? 2 : 1), is_hex ? 16 : 10);
  return c == 0 ? Escape{} : Escape{end + 1, c};
}

bool is_one_of(std::string_view name, std::string_view list) {
  const std::size_t at = (" " + std::string(list) + " ").find(" " + std::string(name) + " ");
  return at != std::string::npos;
}

/// A tag of HTML, which parts words or does not. Not one whose attributes may have a value in them.
Escape of_tag(std::string_view text) {
  constexpr std::size_t longest = 120, longest_number = 5;
  const std::size_t end = text.substr(0, longest).find('>');
  if (end == std::string_view::npos || text.find('<', 1) < end) return {};
  const std::size_t begin = text.starts_with("</") ? 2 : 1;
  const std::size_t name_end = std::min(end, text.find_first_of(" /\n", begin));
  const std::string name = to_lower(text.substr(begin, name_end - begin));
  const bool is_within_word =
      is_one_of(name, "a b bdi bdo big code em font i kbd mark s small span strong sub sup tt u wbr");
  if (!is_within_word &&
      !is_one_of(name, "br center dd div dl dt h1 h2 h3 h4 h5 h6 hr li p table tbody td th tr"))
    return {};
  std::size_t digits = 0;
  for (const char c : text.substr(name_end, end - name_end)) {
    digits = is_digit(c) ? digits + 1 : 0;
    if (c == '@' || digits == longest_number) return {};
  }
  return {end + 1, is_within_word ? U'\0' : U' '};
}

/// A soft line end of quoted-printable (RFC 2045, section 6.7), and the sign of an address.
Escape of_mail(std::string_view text) {
  if (text.starts_with("=\n")) return {2, 0};
  if (text.starts_with("=\r\n")) return {3, 0};
  return text.size() > 3 && text.starts_with("=40") && is_alpha(text[3]) ? Escape{3, '@'} : Escape{};
}

Escape escape_at(std::string_view text) {
  switch (text.front()) {
    case '\\':
      return of_json(text);
    case '%':
      return of_address(text);
    case '&':
      return of_html(text);
    case '<':
      return of_tag(text);
    case '=':
      return of_mail(text);
    default:
      return {};
  }
}

}  // namespace

Unescaped::Unescaped(std::string_view escaped) {
  if (escaped.find_first_of("\\%&<=") == std::string_view::npos) {
    text = escaped;
    return;
  }
  bool is_same = true;
  for (std::size_t at = 0; at < escaped.size();) {
    const Escape escape = escape_at(escaped.substr(at));
    const std::size_t before = text.size();
    if (escape.length == 0)
      text += escaped[at];
    else if (escape.character != 0)
      append_utf8(text, escape.character);
    is_same = is_same && escape.length == 0;
    const std::size_t end = at + std::max<std::size_t>(escape.length, 1);
    begins.insert(begins.end(), text.size() - before, static_cast<std::uint32_t>(at));
    ends.insert(ends.end(), text.size() - before, static_cast<std::uint32_t>(end));
    at = end;
  }
  if (!is_same) return;
  begins.clear();
  ends.clear();
}

Unescaped Unescaped::none(std::string_view text) {
  Unescaped same;
  same.text = text;
  return same;
}

}  // namespace docket::backends
