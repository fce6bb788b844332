#include "worker/formats/number_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_decimals = 30;

/// Digits without a point, and how many of them stand before it.
struct Digits {
  std::string digits;
  long before = 0;
};

/// The 15 digits that a spreadsheet keeps of a number that is not negative.
Digits digits_of(double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.14e", value);
  const std::string_view written = text.data();
  const std::size_t exponent = written.find('e');
  Digits out;
  out.digits = std::string(1, written[0]) + std::string(written.substr(2, exponent - 2));
  std::string_view power = written.substr(exponent + 1);
  if (power.starts_with('+')) power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), out.before);
  ++out.before;
  return out;
}

/// Rounds half up to `decimals`; the result has exactly so many behind the point.
std::pair<std::string, std::string> rounded(double value, std::size_t decimals) {
  Digits digits = digits_of(value);
  const long kept = digits.before + static_cast<long>(decimals);
  if (kept < 0) return {"", std::string(decimals, '0')};
  bool carry =
      kept < static_cast<long>(digits.digits.size()) && digits.digits[static_cast<std::size_t>(kept)] >= '5';
  digits.digits.resize(static_cast<std::size_t>(kept), '0');
  for (std::size_t i = digits.digits.size(); carry && i-- > 0;) {
    carry = digits.digits[i] == '9';
    digits.digits[i] = carry ? '0' : static_cast<char>(digits.digits[i] + 1);
  }
  if (carry) {
    digits.digits.insert(0, 1, '1');
    ++digits.before;
  }
  if (digits.before < 0) {
    digits.digits.insert(0, static_cast<std::size_t>(-digits.before), '0');
    digits.before = 0;
  }
  const auto before = static_cast<std::size_t>(digits.before);
  std::string whole = digits.digits.substr(0, before);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  return {whole, digits.digits.substr(before)};
}

/// A piece of a format: what is written as it is, or a placeholder.
struct Token {
  enum class Kind { literal, digit, point, thousands, percent, exponent, fraction, general, text, date };
  Kind kind;
  std::string text;
};
using Tokens = std::vector<Token>;

struct Section {
  Tokens tokens;
  std::string condition;  ///< `>=100`
};

bool is_date_letter(char c) { return std::string_view("ymdhsYMDHS").find(c) != std::string_view::npos; }

/// Cuts `[…]` off: a currency, a condition, hours that go on beyond 24; colours and languages say nothing.
void take_bracket(std::string_view& rest, Section& section) {
  const std::size_t end = std::min(rest.find(']'), rest.size());
  const std::string_view inside = rest.substr(1, end == 0 ? 0 : end - 1);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (inside.starts_with('$')) {
    const std::string_view currency = inside.substr(1, inside.find('-', 1) - 1);
    if (!currency.empty()) section.tokens.push_back({Token::Kind::literal, std::string(currency)});
  } else if (inside.starts_with('<') || inside.starts_with('>') || inside.starts_with('=')) {
    section.condition = inside;
  } else if (!inside.empty() && inside.find_first_not_of("hHmMsS") == inside.npos) {
    section.tokens.push_back({Token::Kind::date, "[" + to_lower(inside) + "]"});
  }
}

void take_token(std::string_view& rest, Section& section) {
  Tokens& tokens = section.tokens;
  const char c = rest.front();
  if (c == '[') return take_bracket(rest, section);
  if (c == '"') {
    const std::size_t end = std::min(rest.find('"', 1), rest.size());
    tokens.push_back({Token::Kind::literal, std::string(rest.substr(1, end - 1))});
    return rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (c == '\\' || c == '_' || c == '*') {  // As it is; as wide as; repeated to fill the cell.
    std::size_t size = 2;                   // Of a character of several bytes, all.
    while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xC0) == 0x80)
      ++size;
    size = std::min(size, rest.size());
    if (c == '\\') tokens.push_back({Token::Kind::literal, std::string(rest.substr(1, size - 1))});
    if (c == '_') tokens.push_back({Token::Kind::literal, " "});
    return rest.remove_prefix(size);
  }
  const std::string upper = to_upper(rest.substr(0, 7));
  if (upper == "GENERAL") {
    tokens.push_back({Token::Kind::general, {}});
    return rest.remove_prefix(7);
  }
  for (const std::string_view half : {"AM/PM", "A/P"}) {
    if (!upper.starts_with(half)) continue;
    tokens.push_back({Token::Kind::date, "am"});
    return rest.remove_prefix(half.size());
  }
  if ((c == 'E' || c == 'e') && rest.size() > 1 && (rest[1] == '+' || rest[1] == '-')) {
    tokens.push_back({Token::Kind::exponent, {}});
    return rest.remove_prefix(2);
  }
  if (is_date_letter(c)) {
    std::size_t size = 1;
    while (size < rest.size() && to_lower(rest[size]) == to_lower(c))
      ++size;
    tokens.push_back({Token::Kind::date, to_lower(rest.substr(0, size))});
    return rest.remove_prefix(size);
  }
  rest.remove_prefix(1);
  switch (c) {
    case '0':
    case '#':
    case '?':
      return tokens.push_back({Token::Kind::digit, std::string(1, c)});
    case '.':
      return tokens.push_back({Token::Kind::point, "."});
    case ',':
      return tokens.push_back({Token::Kind::thousands, ","});
    case '%':
      return tokens.push_back({Token::Kind::percent, "%"});
    case '/':
      return tokens.push_back({Token::Kind::fraction, "/"});
    case '@':
      return tokens.push_back({Token::Kind::text, {}});
    default:
      return tokens.push_back({Token::Kind::literal, std::string(1, c)});
  }
}

std::vector<Section> sections_of(std::string_view format) {
  constexpr std::size_t most = 4, longest = 1024;
  std::vector<Section> sections(1);
  std::string_view rest = format.substr(0, longest);
  while (!rest.empty()) {
    if (rest.front() != ';') {
      take_token(rest, sections.back());
      continue;
    }
    rest.remove_prefix(1);
    if (sections.size() == most) break;
    sections.emplace_back();
  }
  return sections;
}

bool has(const Tokens& tokens, Token::Kind kind) {
  return std::ranges::find(tokens, kind, &Token::kind) != tokens.end();
}

bool holds(std::string_view condition, double value) {
  const std::size_t digits = std::min(condition.find_first_not_of("<>="), condition.size());
  const std::string_view sign = condition.substr(0, digits);
  double limit = 0;
  std::from_chars(condition.data() + digits, condition.data() + condition.size(), limit);
  if (sign == "<") return value < limit;
  if (sign == "<=") return value <= limit;
  if (sign == ">") return value > limit;
  if (sign == ">=") return value >= limit;
  return sign == "<>" ? value != limit : value == limit;
}

const Section& section_for(const std::vector<Section>& sections, double value) {
  const auto has_condition = [](const Section& section) { return !section.condition.empty(); };
  if (std::ranges::any_of(sections, has_condition)) {
    for (const Section& section : sections)
      if (section.condition.empty() || holds(section.condition, value)) return section;
    return sections.back();
  }
  if (value < 0 && sections.size() > 1) return sections[1];
  return value == 0 && sections.size() > 2 ? sections[2] : sections[0];
}

std::string two_digits(long number) { return (number < 10 ? "0" : "") + std::to_string(number); }

struct Day {
  long year, month, day;
};

/// From days since 1970-01-01, by the Gregorian calendar (Howard Hinnant's civil_from_days).
Day day_of(long days) {
  days += 719468;
  const long era = (days >= 0 ? days : days - 146096) / 146097;
  const long of_era = days - era * 146097;
  const long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const long of_year = of_era - (365 * year + year / 4 - year / 100);
  const long shifted = (5 * of_year + 2) / 153;
  const long month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {year + era * 400 + (month <= 2 ? 1 : 0), month, of_year - (153 * shifted + 2) / 5 + 1};
}

std::string date_text(double value, const Tokens& tokens, bool is_1904) {
  constexpr double most_days = 2958466;  // 9999-12-31
  if (value < 0 || value >= most_days) return plain_number(value);
  bool has_date = false, has_time = false, has_seconds = false, goes_on = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::date) continue;
    const char letter = tokens[i].text.front();
    has_date = has_date || letter == 'y' || letter == 'd';
    has_time = has_time || letter == 'h' || letter == 's' || letter == '[';
    has_seconds = has_seconds || letter == 's';
    goes_on = goes_on || letter == '[';
  }
  const bool has_month = std::ranges::any_of(tokens, [](const Token& token) {
    return token.kind == Token::Kind::date && token.text.front() == 'm';
  });
  has_date = has_date || (has_month && !has_time);
  auto seconds = static_cast<long>(std::floor(value * 86400 + 0.5));
  const long days = seconds / 86400;
  if (!goes_on) seconds %= 86400;
  std::string out;
  if (has_date) {
    constexpr long epoch_1900 = 25569, epoch_1904 = 24107;
    // 1900 was no leap year, but the first spreadsheets took it for one.
    const long shift = !is_1904 && days < 60 ? 1 : 0;
    const Day day = day_of(days - (is_1904 ? epoch_1904 : epoch_1900) + shift);
    out = std::to_string(day.year) + "-" + two_digits(day.month) + "-" + two_digits(day.day);
  }
  if (!has_time) return out;
  if (!out.empty()) out += ' ';
  out += two_digits(seconds / 3600) + ":" + two_digits(seconds / 60 % 60);
  return has_seconds ? out + ":" + two_digits(seconds % 60) : out;
}

/// Digits in their places, from the right; what does not fit goes before the first. Literals may part them.
std::string whole_part(const Tokens& tokens, std::size_t begin, std::size_t end, std::string digits) {
  std::string out;
  std::size_t places = 0;
  for (std::size_t i = begin; i < end; ++i)
    places += tokens[i].kind == Token::Kind::digit;
  for (std::size_t i = end; i-- > begin;) {
    const Token& token = tokens[i];
    if (token.kind == Token::Kind::literal) {
      out.insert(0, token.text);
    } else if (token.kind == Token::Kind::digit) {
      --places;
      if (places == 0) {
        out.insert(0, digits.empty() && token.text == "0" ? "0" : digits);
        digits.clear();
      } else if (!digits.empty()) {
        out.insert(0, 1, digits.back());
        digits.pop_back();
      } else if (token.text == "0") {
        out.insert(0, 1, '0');
      }
    }
  }
  return out;
}

std::string decimals_part(const Tokens& tokens, std::size_t begin, std::size_t end, std::string_view digits) {
  std::string out, pending;
  for (std::size_t i = begin; i < end; ++i) {
    if (tokens[i].kind == Token::Kind::literal) pending += tokens[i].text;
    if (tokens[i].kind != Token::Kind::digit || digits.empty()) continue;
    const bool is_rest_zero = digits.find_first_not_of('0') == digits.npos;
    if (is_rest_zero && tokens[i].text != "0") {  // Shown only where it counts.
      digits.remove_prefix(1);
      continue;
    }
    out += pending + digits.front();
    pending.clear();
    digits.remove_prefix(1);
  }
  return out + pending;
}

std::string placed_number(double value, const Tokens& tokens, bool is_negative) {
  const auto is_place = [](const Token& token) {
    return token.kind == Token::Kind::digit || token.kind == Token::Kind::point;
  };
  const auto first = static_cast<std::size_t>(std::ranges::find_if(tokens, is_place) - tokens.begin());
  const auto last =
      static_cast<std::size_t>(tokens.rend() - std::find_if(tokens.rbegin(), tokens.rend(), is_place));
  auto point =
      static_cast<std::size_t>(std::ranges::find(tokens, Token::Kind::point, &Token::kind) - tokens.begin());
  point = std::min(point, last);
  std::size_t decimals = 0;
  for (std::size_t i = point; i < last; ++i)
    decimals += tokens[i].kind == Token::Kind::digit;
  for (std::size_t i = last; i < tokens.size() && tokens[i].kind == Token::Kind::thousands; ++i)
    value /= 1000;  // A comma behind the digits.
  if (has(tokens, Token::Kind::percent)) value *= 100;
  const auto [whole, fraction] = rounded(value, std::min(decimals, most_decimals));
  std::string before, behind;
  for (std::size_t i = 0; i < first; ++i)
    if (tokens[i].kind == Token::Kind::literal) before += tokens[i].text;
  for (std::size_t i = last; i < tokens.size(); ++i)
    if (tokens[i].kind == Token::Kind::literal || tokens[i].kind == Token::Kind::percent)
      behind += tokens[i].text;
  std::string number = whole_part(tokens, first, point, whole);
  if (number.empty()) number = whole.empty() ? "0" : whole;
  const std::string rest = decimals_part(tokens, std::min(point + 1, last), last, fraction);
  if (!rest.empty()) number += "." + rest;
  // Brackets and a minus of the format's own are a sign, of which one is enough.
  const auto without = [](std::string text, std::string_view signs) {
    std::erase_if(text, [&](char c) { return signs.find(c) != signs.npos; });
    return text;
  };
  if (!is_negative || number.find_first_of("123456789") == number.npos) return before + number + behind;
  return "-" + std::string(trim(without(before, "(-"))) + number + without(behind, ")-");
}

std::string shown(double value, const Section& section, bool is_1904) {
  const Tokens& tokens = section.tokens;
  if (has(tokens, Token::Kind::date)) return date_text(value, tokens, is_1904);
  const bool is_odd = has(tokens, Token::Kind::exponent) || has(tokens, Token::Kind::fraction);
  if (is_odd || has(tokens, Token::Kind::general) || has(tokens, Token::Kind::text)) {
    std::string out;
    bool is_written = false;
    for (const Token& token : tokens) {
      if (token.kind == Token::Kind::literal) out += token.text;
      if (token.kind != Token::Kind::literal && !std::exchange(is_written, true)) out += plain_number(value);
    }
    return out;
  }
  if (has(tokens, Token::Kind::digit)) return placed_number(std::fabs(value), tokens, value < 0);
  std::string out;
  for (const Token& token : tokens)
    out += token.text;
  return out;
}

}  // namespace

std::string plain_number(double value) {
  if (!std::isfinite(value)) return {};
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.15g", value);
  const std::string_view short_form(text.data(), static_cast<std::size_t>(size));
  const double magnitude = std::fabs(value);
  if (short_form.find('e') == short_form.npos || magnitude >= 1e21 || magnitude < 1e-9)
    return std::string(short_form);
  const auto [whole, fraction] = rounded(magnitude, 20);
  std::string out = (value < 0 ? "-" : "") + (whole.empty() ? "0" : whole) + "." + fraction;
  out.erase(out.find_last_not_of('0') + 1);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

std::string formatted_number(double value, std::string_view format, bool is_1904) {
  if (!std::isfinite(value)) return {};
  if (format.empty() || format == "General") return plain_number(value);
  const std::vector<Section> sections = sections_of(format);
  return std::string(trim(shown(value, section_for(sections, value), is_1904)));
}

std::string formatted_text(std::string_view text, std::string_view format) {
  if (format.find('@') == format.npos) return std::string(text);
  const std::vector<Section> sections = sections_of(format);
  for (const Section& section : sections) {
    if (!has(section.tokens, Token::Kind::text)) continue;
    std::string out;
    for (const Token& token : section.tokens) {
      if (token.kind == Token::Kind::literal) out += token.text;
      if (token.kind == Token::Kind::text) out += text;
    }
    return std::string(trim(out));
  }
  return std::string(text);
}

std::string_view built_in_format(long id) {
  switch (id) {
    case 1:
      return "0";
    case 2:
      return "0.00";
    case 3:
    case 37:
    case 38:
      return "#,##0";
    case 4:
    case 39:
    case 40:
      return "#,##0.00";
    case 9:
      return "0%";
    case 10:
      return "0.00%";
    case 14:
    case 15:
    case 16:
    case 17:
    case 27:
    case 28:
    case 29:
    case 30:
    case 31:
    case 36:
    case 50:
    case 51:
    case 52:
    case 53:
    case 54:
    case 57:
    case 58:
      return "yyyy-mm-dd";
    case 18:
    case 20:
    case 32:
      return "h:mm";
    case 19:
    case 21:
    case 33:
    case 45:
      return "h:mm:ss";
    case 22:
      return "yyyy-mm-dd h:mm";
    case 46:
      return "[h]:mm:ss";
    case 41:
    case 42:
      return "#,##0";
    case 43:
    case 44:
      return "#,##0.00";
    default:
      return {};
  }
}

}  // namespace docket::worker
