// Telephone numbers (E.164, and as countries write them at home), told from dates, amounts and the numbers of
// invoices by their shape and by the words before them.
#include <algorithm>
#include <optional>

#include "pipeline/reading/personal_parts.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

constexpr std::string_view phone_words =
    "tel telefon telephone phone telefono telefonnummer telefoon puhelin telf tlf tfno fono fon fone mobil "
    "mobile mob mobiel handy cell cellulare cellular fax telefax telecopie portable gsm hotline durchwahl "
    "teléfono téléphone tél móvil whatsapp call ring anruf rufnummer numer komorka sms";
constexpr std::string_view other_words =
    "rechnung rechnungsnummer rechnungsnr invoice facture factura fattura faktura bill beleg order "
    "bestellung "
    "bestellnummer auftrag auftragsnummer kunde kundennummer kundennr customer account konto kontonummer blz "
    "client ref referenz reference referencia isbn issn ean gtin upc sku hrb hrb artikel artikelnummer item "
    "vat ust ustid steuernummer siren siret nif cif serial seriennummer vertrag vertragsnummer contract "
    "police policy zaehler zahler zahlernummer tracking";

/// Digits of the code of a country, at the beginning of an international number; 0: there is no such country.
std::size_t country_code(std::string_view digits) {
  static constexpr std::string_view of_two =
      " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
      "81 "
      "82 84 86 90 91 92 93 94 95 98 ";
  if (digits.size() < 3 || digits[0] == '0') return 0;
  if (digits[0] == '1' || digits[0] == '7') return 1;
  if (of_two.find(" " + std::string(digits.substr(0, 2)) + " ") != std::string_view::npos) return 2;
  return 3;
}

/// A run of digits, and how they are grouped.
struct Number {
  std::uint32_t begin = 0, end = 0;
  std::string digits;
  std::vector<std::size_t> groups;  ///< Digits in each.
  std::string between;              ///< The first mark between each two.
};

enum class LineSpan { one, two, columns };  ///< Columns: over any blanks and line ends.

/// What stands before a number.
struct Context {
  bool has_plus = false;
  bool is_named = false;  ///< A word says that it is a telephone number,
  bool is_other = false;  ///< or one of something else.
};

struct Phone {
  std::uint32_t end = 0;
  std::size_t open = 0;        ///< Digits in front that are the way into the country.
  std::size_t own_digits = 0;  ///< Behind them.
};

constexpr std::size_t short_number = 8;  ///< Numbers are mostly longer.

std::uint32_t skip_columns(std::string_view text, std::uint32_t at) {
  constexpr std::uint32_t widest = 40;
  std::uint32_t next = at;
  while (next < text.size() && next < at + widest &&
         std::string_view(" \t\r\n()").find(text[next]) != std::string_view::npos)
    ++next;
  return next;
}

/// Behind what may stand between its digits, with so many line ends.
std::uint32_t skip_between(std::string_view text, std::uint32_t at, int line_ends) {
  const std::uint32_t next = skip_between_signs(text, at);
  const std::string_view between = text.substr(at, next - at);
  const bool parts_cells =
      between.find("  ") != std::string_view::npos && between.find('\n') == std::string_view::npos;
  return parts_cells || std::ranges::count(between, '\n') > line_ends ? at : next;
}

Number read_number(std::string_view text, std::uint32_t at, LineSpan lines) {
  constexpr std::size_t most = 17;
  int line_ends = lines == LineSpan::one ? 0 : 1;
  Number number{at, at, {}, {}, {}};
  std::uint32_t next = at;
  while (next < text.size() && is_digit(text[next]) && number.digits.size() < most) {
    if (number.groups.empty() || next > number.end) {
      if (!number.groups.empty()) number.between += text[number.end];
      number.groups.push_back(0);
    }
    number.digits += text[next];
    ++number.groups.back();
    number.end = next + 1;
    next = number.end;
    if (next < text.size() && is_digit(text[next])) continue;
    next = lines == LineSpan::columns ? skip_columns(text, next) : skip_between(text, next, line_ends);
    if (text.substr(number.end, next - number.end).find('\n') != std::string_view::npos) line_ends = 0;
  }
  return number;
}

void cut_last_group(std::string_view text, Number& number) {
  number.digits.resize(number.digits.size() - number.groups.back());
  number.groups.pop_back();
  if (!number.between.empty()) number.between.pop_back();
  std::size_t left = number.digits.size();
  std::uint32_t at = number.begin;
  for (; left > 0; ++at)
    if (is_digit(text[at])) --left;
  number.end = at;
}

int value_of(std::string_view digits) {
  int value = 0;
  for (const char c : digits)
    value = value * 10 + (c - '0');
  return value;
}

/// 05.03.2024, 2024-03-05, 5/3/24, also with the time behind it.
bool is_date(const Number& number) {
  if (number.groups.size() < 3) return false;
  const std::size_t a = number.groups[0], b = number.groups[1], c = number.groups[2];
  const int first = value_of(std::string_view(number.digits).substr(0, std::min<std::size_t>(a, 4)));
  const int second = value_of(std::string_view(number.digits).substr(a, std::min<std::size_t>(b, 4)));
  const int third = value_of(std::string_view(number.digits).substr(a + b, std::min<std::size_t>(c, 4)));
  const auto is_day = [](int day) { return day >= 1 && day <= 31; };
  const auto is_year = [](int year) { return year >= 1900 && year <= 2100; };
  if (number.between[0] != number.between[1]) return false;
  if (a == 4 && b <= 2 && c <= 2) return is_year(first) && is_day(second) && is_day(third);
  if (a > 2 || b > 2 || !is_day(first) || !is_day(second)) return false;
  const bool has_short_year = c == 2 && number.between[0] != ' ' && number.groups.size() == 3;
  return (c == 4 && is_year(third)) || has_short_year;
}

/// 12 345,67 and 1234 EUR.
bool is_amount(std::string_view text, const Number& number, const Context& context) {
  const std::string_view behind = text.substr(number.end, 6);
  if (behind.size() > 1 && behind[0] == ',' && is_digit(behind[1])) return true;
  const std::string_view before = text.substr(0, number.begin);
  const std::size_t last = before.find_last_not_of(" +-");
  const auto is_currency = [](std::string_view near) {
    return near.starts_with("EUR") || near.starts_with("USD") || near.starts_with("CHF") ||
           near.starts_with("GBP") || near.starts_with("\u20AC") || near.starts_with("$") ||
           near.starts_with("\u00A3") || near.starts_with("%");
  };
  if (is_currency(trim(behind))) return true;
  if (last == std::string_view::npos || context.has_plus || context.is_named ||
      number.digits.starts_with("00"))
    return false;  // The amount of before has that currency.
  const char sign = before[last];
  return sign == '$' || before.substr(0, last + 1).ends_with("\u20AC") ||
         before.substr(0, last + 1).ends_with("\u00A3") ||
         (last >= 2 && is_currency(before.substr(last - 2, 3)));
}

/// (212) 555-0123, 212-555-0123
bool is_north_american(const Number& number) {
  std::size_t at = 0;
  if (number.groups.size() == 4 && number.groups[0] == 1 && number.digits[0] == '1') at = 1;
  return number.groups.size() == at + 3 && number.groups[at] == 3 && number.groups[at + 1] == 3 &&
         number.groups[at + 2] == 4 && number.digits[at] >= '2' && number.digits[at + 1 + 2] >= '2';
}

/// How many digits in front are the way into the country; nothing: it is no telephone number.
std::optional<std::size_t> open_digits(const Number& number, const Context& context) {
  const std::string_view digits = number.digits;
  const bool is_named = context.is_named, is_other = context.is_other && !is_named;
  if (context.has_plus) {
    const std::size_t code = country_code(digits);
    const std::size_t own = digits.size() - code;
    const std::size_t least = code == 1 ? 10 : 6;
    if (code == 0 || own < least || digits.size() > 16) return std::nullopt;
    return code + (digits[code] == '0' ? 1 : 0);
  }
  if (digits.starts_with("00")) {
    const std::size_t code = country_code(digits.substr(2));
    const std::size_t own = digits.size() - 2 - code;
    const bool fits =
        code == 1 ? own == 10 : own >= (number.groups.size() > 1 || is_named ? 6 : 8) && own <= 12;
    if (code == 0 || !fits || is_other) return std::nullopt;
    return 2 + code + (digits[2 + code] == '0' ? 1 : 0);
  }
  if (is_north_american(number) && !is_other) return digits[0] == '1' ? 1 : 0;
  if (digits.starts_with('0') && digits.size() > 1 && digits[1] != '0') {
    const bool is_grouped = number.groups.size() > 1;
    const std::size_t least = is_named ? 6 : is_grouped ? 7 : 10;
    if (digits.size() < least || digits.size() > 13 || is_other) return std::nullopt;
    return 1;
  }
  if (is_named && digits.size() >= 6 && digits.size() <= 13) return 0;
  return std::nullopt;
}

/// The number at `at` without what may be another one behind it, such as a postcode.
std::optional<Phone> phone_at(std::string_view text, std::uint32_t at, LineSpan lines,
                              const Context& context) {
  for (Number number = read_number(text, at, lines); !number.groups.empty(); cut_last_group(text, number)) {
    if (is_date(number)) return std::nullopt;
    const bool is_sure = context.has_plus || context.is_named;  // 0018ext. 5
    if ((has_sign_at(text, number.end) && (!is_sure || is_digit(text[number.end]))) ||
        is_amount(text, number, context))
      continue;
    if (const auto open = open_digits(number, context))
      return Phone{number.end, *open, number.digits.size() - *open};
  }
  return std::nullopt;
}

/// The shortest that is as long as most are: another number may stand in the next column.
std::optional<Phone> phone_in_columns(std::string_view text, std::uint32_t at, const Context& context) {
  std::optional<Phone> shortest;
  for (Number number = read_number(text, at, LineSpan::columns); !number.groups.empty();
       cut_last_group(text, number)) {
    if (is_date(number) || has_sign_at(text, number.end) || is_amount(text, number, context)) continue;
    const auto open = open_digits(number, context);
    if (open && number.digits.size() - *open >= short_number)
      shortest = Phone{number.end, *open, number.digits.size() - *open};
  }
  return shortest;
}

/// In a link to somebody's account: https://wa.me/49170…
bool is_in_link(std::string_view text, std::uint32_t at) {
  const std::string before =
      to_lower(text.substr(at - std::min<std::uint32_t>(at, 6), std::min<std::uint32_t>(at, 6)));
  return before.ends_with("wa.me/") || before.ends_with("phone=");
}

/// Mobil0170…
bool is_glued_to_name(std::string_view text, std::uint32_t at) {
  std::uint32_t begin = at;
  while (begin > 0 && is_alpha(text[begin - 1]))
    --begin;
  return begin < at && has_word(" " + to_lower(text.substr(begin, at - begin)) + " ", phone_words);
}

bool begins_number(std::string_view text, std::uint32_t at) {
  if (has_sign_before(text, at)) return is_glued_to_name(text, at);
  if (at == 0) return true;
  const char before = text[at - 1];
  const bool is_inside =
      (before == '.' || before == ',' || before == '-' || before == '/' || before == '_') && at > 1 &&
      is_alnum(text[at - 2]);
  return !is_inside && before != '#';
}

}  // namespace

/// Where the last sentence before `at` ends; 0: not near. A short word before a point is an abbreviation
/// (`No.`).
std::uint32_t sentence_before(std::string_view text, std::uint32_t at) {
  constexpr std::size_t shortest_word = 4;
  const std::uint32_t last = at > looked_at_before ? at - looked_at_before : 0;
  for (std::uint32_t end = at; end > 1 && end > last; --end) {
    const char mark = text[end - 2];
    if (text[end - 1] != ' ' || (mark != '.' && mark != '!' && mark != '?' && mark != ';')) continue;
    std::uint32_t begin = end - 2;
    while (has_sign_before(text, begin))
      --begin;
    const std::string_view word = text.substr(begin, end - 2 - begin);
    const bool is_abbreviation =
        mark == '.' && (word.empty() || !is_digit(word.back())) &&
        (word.size() < shortest_word || has_word(" " + to_lower(word) + " ", other_words));
    if (!is_abbreviation) return end;
  }
  return 0;
}

void find_phone_numbers(std::string_view text, std::vector<PersonalValue>& found) {
  std::uint32_t behind_last = 0;
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    if (const std::uint32_t behind = skip_blocks(text, at); behind > at) {
      at = behind - 1;  // A block of it may look like the way into a country.
      continue;
    }
    const bool is_linked = is_digit(text[at]) && is_in_link(text, at);
    const bool has_plus = is_linked || (text[at] == '+' && !has_sign_before(text, at));
    std::uint32_t first = text[at] == '+' && has_plus ? skip_between_signs(text, at + 1) : at;
    if (first >= text.size() || !is_digit(text[first]) || (!has_plus && !begins_number(text, at))) continue;
    const std::string words = words_before(text, at, behind_last);
    const bool is_named = has_word(words, phone_words);
    // In doubt it is a telephone number: a word names something else only in the same sentence.
    const bool is_other =
        has_word(words_before(text, at, std::max(behind_last, sentence_before(text, at))), other_words);
    const Context context{has_plus, is_named, is_other};
    std::optional<Phone> phone = phone_at(text, first, LineSpan::one, context);
    // The rest may stand on the next line, where this one has little.
    if ((has_plus || is_named) && (!phone || phone->own_digits < short_number))
      if (auto longer = phone_at(text, first, LineSpan::two, context)) phone = std::move(longer);
    if (!phone && (has_plus || (is_named && text[first] == '0')))
      phone = phone_in_columns(text, first, context);
    if (!phone) {
      while (at + 1 < text.size() && is_digit(text[at + 1]))
        ++at;
      continue;
    }
    found.push_back({PersonalKind::phone, first, phone->end, phone->open, nullptr});
    behind_last = phone->end;
    at = behind_last - 1;
  }
}

}  // namespace docket
