#include "pipeline/reading/currencies.h"

#include <algorithm>
#include <array>

#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

/// ISO 4217, sorted. Left out are codes that are words of their own in capitals: ALL, TOP, CUP, MOP, GEL,
/// LEK.
constexpr auto codes = std::to_array<std::string_view>({
    "AED", "ARS", "AUD", "BAM", "BDT", "BGN", "BHD", "BOB", "BRL", "BYN", "CAD", "CHF", "CLP", "CNY", "COP",
    "CRC", "CZK", "DKK", "DOP", "DZD", "EGP", "EUR", "GBP", "GHS", "HKD", "HRK", "HUF", "IDR", "ILS", "INR",
    "ISK", "JMD", "JOD", "JPY", "KES", "KRW", "KWD", "KZT", "LBP", "LKR", "MAD", "MDL", "MKD", "MXN", "MYR",
    "NGN", "NOK", "NZD", "OMR", "PEN", "PHP", "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "SAR", "SEK",
    "SGD", "THB", "TND", "TRY", "TWD", "UAH", "USD", "UYU", "VND", "XAF", "XOF", "ZAR",
});
static_assert(std::is_sorted(codes.begin(), codes.end()));

/// Sorted.
constexpr auto without_minor_unit = std::to_array<std::string_view>(
    {"CLP", "COP", "HUF", "IDR", "ISK", "JPY", "KRW", "LBP", "PYG", "VND", "XAF", "XOF"});
static_assert(std::is_sorted(without_minor_unit.begin(), without_minor_unit.end()));

struct Written {
  std::string_view text;
  std::string_view code;
  bool shared;
};

/// Longer ones first where one begins with another.
constexpr auto symbols = std::to_array<Written>({
    {"€", "EUR", false},    {"£", "GBP", false},          {"₹", "INR", false},
    {"US$", "USD", false},  {"CA$", "CAD", false},        {"A$", "AUD", false},
    {"NZ$", "NZD", false},  {"HK$", "HKD", false},        {"S$", "SGD", false},
    {"R$", "BRL", false},   {"$", "USD", true},           {"¥", "JPY", true},
    {"₽", "RUB", false},  {"₺", "TRY", false},          {"₩", "KRW", false},
    {"₪", "ILS", false},    {"₴", "UAH", false},          {"₫", "VND", false},
    {"zł", "PLN", false},   {"Kč", "CZK", false},         {"Euros", "EUR", false},
    {"Euro", "EUR", false}, {"EURO", "EUR", false},       {"euros", "EUR", false},
    {"euro", "EUR", false}, {"CHf", "CHF", false},        {"SFr.", "CHF", false},
    {"sFr.", "CHF", false}, {"Fr.", "CHF", true},         {"Rs.", "INR", true},
    {"Rs", "INR", true},    {"RM", "MYR", true},          {"kr.", "SEK", true},
    {"kr", "SEK", true},    {"US Dollars", "USD", false}, {"US dollars", "USD", false},
    {"円", "JPY", false},   {"元", "CNY", true},          {"원", "KRW", false},
    {"руб", "RUB", false},  {"₱", "PHP", false},          {"฿", "THB", false},
    {"₦", "NGN", false},    {"FCFA", "XAF", true},        {"VNĐ", "VND", false},
    {"đ", "VND", false},    {"yen", "JPY", false},
});

/// Currencies that share a symbol, each group in one text.
constexpr auto sharers = std::to_array<std::string_view>({
    "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU JMD DOP",
    "JPY CNY",
    "SEK NOK DKK ISK",
    "INR PKR LKR",
});

bool may_start(char c) {
  switch (c) {
    case 'z':
    case 'K':
    case 'e':
    case 's':
    case 'k':
    case 'y':
    case '$':
      return true;
    default:
      return is_upper(c) || static_cast<unsigned char>(c) >= 0xC2;
  }
}

}  // namespace

bool currency_at(std::string_view text, std::uint32_t position, std::uint32_t end, CurrencyFound& found) {
  if (position >= end || !may_start(text[position])) return false;
  const std::string_view rest = text.substr(position, end - position);
  if (rest.size() >= 3 && is_upper(rest[0]) && (rest.size() == 3 || !is_alpha(rest[3]))) {
    const auto code = std::lower_bound(codes.begin(), codes.end(), rest.substr(0, 3));
    if (code != codes.end() && *code == rest.substr(0, 3)) {
      found = {position, position + 3, *code, false, true};
      return true;
    }
  }
  for (const Written& symbol : symbols) {
    if (symbol.text[0] != rest[0] || !rest.starts_with(symbol.text)) continue;
    const bool is_word = is_alpha(symbol.text.back()) || symbol.text == "đ";
    const char next = rest.size() > symbol.text.size() ? rest[symbol.text.size()] : ' ';
    const bool goes_on = is_alpha(next) || (symbol.text == "đ" && static_cast<unsigned char>(next) >= 0x80);
    if (is_word && goes_on) continue;
    const auto length = static_cast<std::uint32_t>(symbol.text.size());
    found = {position, position + length, symbol.code, symbol.shared, false};
    return true;
  }
  return false;
}

bool has_no_minor_unit(std::string_view code) { return std::ranges::binary_search(without_minor_unit, code); }

bool share_symbol(std::string_view a, std::string_view b) {
  return std::ranges::any_of(sharers, [&](std::string_view group) {
    return group.find(a) != std::string_view::npos && group.find(b) != std::string_view::npos;
  });
}

std::vector<CurrencyFound> find_currencies(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  const PlainText source(text.substr(begin, end - begin));
  const std::string_view plain = source.text();
  std::vector<CurrencyFound> all;
  for (std::uint32_t at = 0; at < plain.size();) {
    CurrencyFound found;
    const bool inside_word =
        at > 0 && is_alpha(plain[at]) && is_alnum(plain[at - 1]) && !is_digit(plain[at - 1]);
    if (inside_word || !currency_at(plain, at, static_cast<std::uint32_t>(plain.size()), found)) {
      ++at;
      continue;
    }
    at = found.end;
    found.begin = begin + source.origin(found.begin);
    found.end = begin + source.origin(found.end);
    all.push_back(found);
  }
  return all;
}

}  // namespace docket
