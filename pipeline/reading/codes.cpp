#include "pipeline/reading/codes.h"

#include <algorithm>
#include <array>

#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

/// Reads letters and digits on from `at`, over single blanks, points and hyphens, and keeps where each came
/// from.
struct Compact {
  std::string value;
  std::vector<std::uint32_t> ends;  ///< Where the text stands behind each character of `value`.
};

Compact compact(std::string_view text, std::uint32_t at, std::uint32_t end, std::size_t limit) {
  Compact out;
  while (at < end && out.value.size() < limit) {
    const char c = text[at];
    if (is_alnum(c)) {
      out.value += to_upper(c);
      out.ends.push_back(at + 1);
      ++at;
      continue;
    }
    const bool joins = c == ' ' || c == '.' || c == '-';
    if (!joins || at + 1 >= end || !is_alnum(text[at + 1])) break;
    ++at;
  }
  return out;
}

bool starts_word(std::string_view text, std::uint32_t at) {
  return at == 0 ||
         !(is_alnum(text[at - 1]) || text[at - 1] == '_' || static_cast<unsigned char>(text[at - 1]) >= 0x80);
}

bool ends_word(std::string_view text, std::uint32_t at, std::uint32_t end) {
  return at >= end || !is_alnum(text[at]);
}

/// ISO 7064 mod 97-10 of the letters and digits.
int mod_97(std::string_view value) {
  int rest = 0;
  for (const char c : value) {
    rest = is_digit(c) ? rest * 10 + (c - '0') : rest * 100 + (c - 'A' + 10);
    rest %= 97;
  }
  return rest;
}

struct Country {
  std::string_view code;
  int length;
};

constexpr std::size_t shortest_iban = 15;

/// Of the IBAN, sorted.
constexpr auto iban_lengths = std::to_array<Country>({
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22},
    {"BH", 22}, {"BI", 27}, {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18},
    {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23}, {"GL", 18}, {"GR", 27},
    {"GT", 28}, {"HN", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20},
    {"LU", 20}, {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MN", 20},
    {"MR", 27}, {"MT", 31}, {"MU", 30}, {"NI", 28}, {"NL", 18}, {"NO", 15}, {"OM", 23}, {"PK", 24},
    {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22}, {"RU", 33}, {"SA", 24},
    {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"SO", 23}, {"ST", 25},
    {"SV", 28}, {"TL", 23}, {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
    {"YE", 30},
});

bool iban_at(std::string_view text, std::uint32_t at, std::uint32_t end, CodeFound& found) {
  if (!is_upper(text[at]) || at + 1 >= end || !is_upper(text[at + 1])) return false;
  const std::size_t length = iban_length(text.substr(at, 2));
  if (length == 0) return false;
  const Compact read = compact(text, at, end, length);
  if (read.value.size() < length || !is_digit(read.value[2]) || !is_digit(read.value[3])) return false;
  if (mod_97(read.value.substr(4) + read.value.substr(0, 4)) != 1) return false;
  found = {at, read.ends.back(), read.value, true};
  return ends_word(text, found.end, end);
}

struct VatPattern {
  std::string_view country;
  std::string_view shape;  ///< d: digit, l: letter, *: either; anything else stands for itself.
};

/// Longer shapes first where a country has several.
constexpr auto vat_patterns = std::to_array<VatPattern>({
    {"AT", "Uddddddddd"},   {"AT", "Udddddddd"},    {"BE", "dddddddddd"},   {"BE", "ddddddddd"},
    {"BG", "dddddddddd"},   {"BG", "ddddddddd"},    {"CHE", "ddddddddd"},   {"CY", "ddddddddl"},
    {"CZ", "dddddddddd"},   {"CZ", "ddddddddd"},    {"CZ", "dddddddd"},     {"DE", "ddddddddd"},
    {"DK", "dddddddd"},     {"EE", "ddddddddd"},    {"EL", "ddddddddd"},    {"ES", "*ddddddd*"},
    {"FI", "dddddddd"},     {"FR", "**ddddddddd"},  {"GB", "dddddddddddd"}, {"GB", "ddddddddd"},
    {"HR", "ddddddddddd"},  {"HU", "dddddddd"},     {"IE", "d*dddddll"},    {"IE", "d*dddddl"},
    {"IT", "ddddddddddd"},  {"LT", "dddddddddddd"}, {"LT", "ddddddddd"},    {"LU", "dddddddd"},
    {"LV", "ddddddddddd"},  {"MT", "dddddddd"},     {"NL", "dddddddddBdd"}, {"NO", "ddddddddd"},
    {"PL", "dddddddddd"},   {"PT", "ddddddddd"},    {"RO", "dddddddddd"},   {"RO", "dddddddd"},
    {"SE", "dddddddddddd"}, {"SI", "dddddddd"},     {"SK", "dddddddddd"},
});

bool matches(std::string_view value, std::string_view shape) {
  if (value.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = value[i];
    const bool fits = shape[i] == 'd'   ? is_digit(c)
                      : shape[i] == 'l' ? is_upper(c)
                      : shape[i] == '*' ? is_alnum(c)
                                        : c == shape[i];
    if (!fits) return false;
  }
  return true;
}

int digit(char c) { return c - '0'; }

/// ISO 7064 mod 11,10, as Germany and Croatia use it.
bool mod_11_10(std::string_view digits) {
  int product = 10;
  for (std::size_t i = 0; i + 1 < digits.size(); ++i) {
    const int sum = (digit(digits[i]) + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  return (11 - product) % 10 == digit(digits.back());
}

bool luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int value = digit(digits[digits.size() - 1 - i]) * (i % 2 == 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

/// Right check digits of a country whose rule is cheap; false: wrong, or not known.
bool vat_checks(std::string_view country, std::string_view body) {
  const auto number = [](std::string_view digits) { return std::stoll(std::string(digits)); };
  if (country == "DE" || country == "HR") return mod_11_10(body);
  if (country == "IT") return luhn(body);
  if (country == "BE" && body.size() == 10)
    return 97 - number(body.substr(0, 8)) % 97 == number(body.substr(8));
  if (country == "LU") return number(body.substr(0, 6)) % 89 == number(body.substr(6));
  if (country == "FR" && is_digit(body[0]) && is_digit(body[1])) {
    return (12 + 3 * (number(body.substr(2)) % 97)) % 97 == number(body.substr(0, 2));
  }
  return false;
}

/// Swiss numbers end with the name of the tax: CHE-123.456.789 MWST.
void take_swiss_ending(std::string_view text, std::uint32_t end, CodeFound& found) {
  for (const std::string_view name : {" MWST", " MwSt", " TVA", " IVA"}) {
    if (!text.substr(found.end, end - found.end).starts_with(name)) continue;
    found.value += name == " MwSt" ? "MWST" : name.substr(1);
    found.end += static_cast<std::uint32_t>(name.size());
  }
}

bool vat_at(std::string_view text, std::uint32_t at, std::uint32_t end, CodeFound& found) {
  if (!is_upper(text[at]) || at + 1 >= end || !is_upper(text[at + 1])) return false;
  for (const VatPattern& pattern : vat_patterns) {
    if (pattern.country != text.substr(at, pattern.country.size())) continue;
    const std::size_t length = pattern.country.size() + pattern.shape.size();
    const Compact read = compact(text, at, end, length);
    if (read.value.size() != length) continue;
    const std::string_view body = std::string_view(read.value).substr(pattern.country.size());
    if (!matches(body, pattern.shape) || !ends_word(text, read.ends.back(), end)) continue;
    // "DE 12345 6789 Berlin": blanks inside must not glue a postcode to what follows it. A number takes at
    // most four pieces, and a hyphen between the country and a postcode is an address.
    const std::string_view raw = text.substr(at, read.ends.back() - at);
    const auto blanks = std::count(raw.begin(), raw.end(), ' ');
    const bool goes_on = blanks > 0 && read.ends.back() + 1 < end && text[read.ends.back()] == ' ' &&
                         is_digit(text[read.ends.back() + 1]);  // An IBAN in groups.
    if (blanks > 4 || goes_on || (raw[pattern.country.size()] == '-' && pattern.country != "CHE")) continue;
    found = {at, read.ends.back(), read.value, vat_checks(pattern.country, body)};
    if (pattern.country == "CHE") take_swiss_ending(text, end, found);
    return true;
  }
  return false;
}

/// What `find` finds in text[begin, end) as it reads in plain characters.
template <class Find>
std::vector<CodeFound> in_plain(std::string_view text, std::uint32_t begin, std::uint32_t end, Find find) {
  const PlainText plain(text.substr(begin, end - begin));
  std::vector<CodeFound> all = find(plain.text());
  for (CodeFound& found : all) {
    found.begin = begin + plain.origin(found.begin);
    found.end = begin + plain.origin(found.end);
  }
  return all;
}

template <class At>
std::vector<CodeFound> scan(std::string_view text, At at) {
  std::vector<CodeFound> all;
  const auto end = static_cast<std::uint32_t>(text.size());
  for (std::uint32_t position = 0; position < end;) {
    CodeFound found;
    if (!is_alnum(text[position]) || !starts_word(text, position) || !at(text, position, end, found)) {
      ++position;
      continue;
    }
    position = std::max(found.end, position + 1);
    all.push_back(std::move(found));
  }
  return all;
}

bool in_address(char c) { return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+'; }

bool url_at(std::string_view text, std::uint32_t at, std::uint32_t end, CodeFound& found) {
  const std::string_view rest = text.substr(at, end - at);
  if (!rest.starts_with("http://") && !rest.starts_with("https://") && !rest.starts_with("www."))
    return false;
  std::size_t length = rest.find_first_of(" \t<>\"|");
  length = std::min(length, rest.size());
  while (length > 0 && std::string_view(".,;:)]").find(rest[length - 1]) != std::string_view::npos)
    --length;
  found = {at, at + static_cast<std::uint32_t>(length), std::string(rest.substr(0, length)), false};
  return length > 7;
}

std::vector<CodeFound> emails_of(std::string_view text) {
  std::vector<CodeFound> all;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t first = at, last = at + 1;
    while (first > 0 && in_address(text[first - 1]))
      --first;
    while (last < text.size() && in_address(text[last]))
      ++last;
    while (last > at + 1 && !is_alnum(text[last - 1]))
      --last;
    const std::string_view domain = text.substr(at + 1, last - at - 1);
    const std::size_t dot = domain.rfind('.');
    if (first == at || dot == std::string_view::npos || dot == 0 || domain.size() - dot < 3) continue;
    all.push_back({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last),
                   std::string(text.substr(first, last - first)), false});
  }
  return all;
}

}  // namespace

std::size_t iban_length(std::string_view country) {
  const auto found = std::ranges::lower_bound(iban_lengths, country, {}, &Country::code);
  return found != iban_lengths.end() && found->code == country ? static_cast<std::size_t>(found->length) : 0;
}

bool is_whole_iban(std::string_view value) {
  std::string code;
  for (const char c : value)
    if (c != ' ' && c != '-' && c != '.') code += to_upper(c);
  if (code.size() < shortest_iban || !std::ranges::all_of(code, is_alnum)) return false;
  const std::size_t length = iban_length(code.substr(0, 2));
  return is_alpha(code[0]) && is_digit(code[2]) && (length == 0 || code.size() == length);
}

std::vector<CodeFound> find_ibans(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  return in_plain(text, begin, end, [](std::string_view plain) { return scan(plain, iban_at); });
}

std::vector<CodeFound> find_vat_ids(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  return in_plain(text, begin, end, [](std::string_view plain) { return scan(plain, vat_at); });
}

std::vector<CodeFound> find_urls(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  return in_plain(text, begin, end, [](std::string_view plain) { return scan(plain, url_at); });
}

std::vector<CodeFound> find_emails(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  return in_plain(text, begin, end, emails_of);
}

}  // namespace docket
