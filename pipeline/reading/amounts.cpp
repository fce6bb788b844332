#include "pipeline/reading/amounts.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "pipeline/reading/currencies.h"
#include "pipeline/reading/folded.h"

namespace docket {
namespace {

/// Bytes of a blank that may stand between thousands (a no-break or thin one too), 0: none here.
std::uint32_t thousands_blank(std::string_view text, std::uint32_t at) {
  if (text[at] == ' ') return 1;
  if (text.substr(at, 2) == "\u00A0") return 2;
  return text.substr(at, 3) == "\u202F" || text.substr(at, 3) == "\u2009" ? 3 : 0;
}

std::uint32_t apostrophe(std::string_view text, std::uint32_t at) {
  if (text[at] == '\'') return 1;
  return text.substr(at, 3) == "\u2019" ? 3 : 0;
}

std::uint32_t count_digits(std::string_view text, std::uint32_t at, std::uint32_t end) {
  std::uint32_t count = 0;
  while (at + count < end && is_digit(text[at + count]))
    ++count;
  return count;
}

/// The digits and marks of one number.
struct Body {
  std::uint32_t end = 0;
  std::string digits;               ///< All digits, no marks.
  std::vector<std::size_t> groups;  ///< How many digits stand before each mark…
  std::string marks;                ///< … which is one of . , ' or a blank.
};

Body read_body(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  Body body;
  std::uint32_t at = begin;
  while (at < end) {
    const std::uint32_t run = count_digits(text, at, end);
    body.digits.append(text.substr(at, run));
    at = body.end = at + run;
    if (at >= end) break;
    std::uint32_t width = text[at] == '.' || text[at] == ',' ? 1 : 0;
    char mark = width != 0 ? text[at] : '\'';
    if (width == 0) width = apostrophe(text, at);
    if (width == 0) {
      width = thousands_blank(text, at);
      mark = ' ';
    }
    if (width == 0 || at + width >= end || !is_digit(text[at + width])) break;
    // Blanks and apostrophes only ever stand before three digits, and behind one to three.
    const bool grouping = mark == ' ' || mark == '\'';
    const bool after_decimals = !body.marks.empty() && (body.marks.back() == ',' || body.marks.back() == '.');
    const bool first_fits = run <= 3 && (body.marks.empty() || run == 3);
    if (grouping &&
        (count_digits(text, at + width, end) != 3 || !first_fits || (mark == ' ' && after_decimals))) {
      break;
    }
    body.groups.push_back(body.digits.size());
    body.marks += mark;
    at += width;
  }
  return body;
}

/// The digits with a decimal point before the last `decimals` of them.
double value_of(const std::string& digits, std::size_t decimals) {
  std::string plain = digits;
  plain.insert(plain.size() - decimals, ".");
  return std::strtod(plain.c_str(), nullptr);
}

/// Every mark from `first` on parts three digits.
bool thousands(const Body& body, std::size_t last_group_end) {
  for (std::size_t i = 0; i < body.groups.size(); ++i) {
    if (body.groups[i] >= last_group_end) break;
    const std::size_t next =
        i + 1 < body.groups.size() ? std::min(body.groups[i + 1], last_group_end) : last_group_end;
    if (next - body.groups[i] != 3 || (i == 0 && body.groups[0] > 3)) return false;
  }
  return true;
}

/// Decides what the marks mean. False: they make no number (12.05.24, 1.2.3).
bool interpret(const Body& body, NumberFound& out, DecimalMark& mark) {
  const std::size_t all = body.digits.size();
  if (all > 15) return false;
  const char last = body.marks.empty() ? 0 : body.marks.back();
  const std::size_t decimals = body.groups.empty() ? 0 : all - body.groups.back();
  const auto same = static_cast<std::size_t>(std::count(body.marks.begin(), body.marks.end(), last));
  if (last == 0 || last == '\'' || last == ' ') {
    out.value = value_of(body.digits, 0);
    return thousands(body, all);
  }
  if (same > 1) {  // 1.234.567
    out.value = value_of(body.digits, 0);
    if (same != body.marks.size() || !thousands(body, all)) return false;
    ++(last == '.' ? mark.comma : mark.point);
    return true;
  }
  if (same == body.marks.size() && decimals == 3 && body.groups[0] <= 3 && body.digits[0] != '0') {
    out.unclear = last;
    out.value = value_of(body.digits, 0);
    out.other = value_of(body.digits, 3);
    return true;
  }
  if (!thousands(body, body.groups.back()) && body.marks.size() > 1) return false;
  out.value = value_of(body.digits, decimals);
  out.decimals = static_cast<int>(decimals);
  ++(last == ',' ? mark.comma : mark.point);
  return true;
}

/// The length of a minus sign at `at`; 0: none.
std::uint32_t minus(std::string_view text, std::uint32_t at) {
  if (at < text.size() && text[at] == '-') return 1;
  const std::string_view wide = text.substr(std::min<std::size_t>(at, text.size()), 3);
  return wide == "\u2212" || wide == "\u2013" ? 3 : 0;
}

/// Steps back over a minus sign that ends before `at`; returns its length.
std::uint32_t minus_before(std::string_view text, std::uint32_t at, std::uint32_t floor) {
  if (at > floor && text[at - 1] == '-') return 1;
  return at >= floor + 3 && minus(text, at - 3) == 3 ? 3 : 0;
}

std::uint32_t blanks_before(std::string_view text, std::uint32_t at, std::uint32_t floor) {
  if (at > floor && text[at - 1] == ' ') return 1;
  if (at >= floor + 2 && text.substr(at - 2, 2) == "\u00A0") return 2;
  return at >= floor + 3 && thousands_blank(text, at - 3) == 3 ? 3 : 0;
}

/// Reads what stands around the digits of one number: sign, brackets, currency, per cent.
class Surroundings {
 public:
  Surroundings(std::string_view text, std::uint32_t floor, std::uint32_t end)
      : text_(text), floor_(floor), end_(end) {}

  void read(NumberFound& number) const {
    before(number);
    after(number);
  }

 private:
  void before(NumberFound& number) const {
    bool negative = take_minus(number.begin);
    if (take_currency_before(number)) negative = take_minus(number.begin) || negative;
    if (number.begin > floor_ && text_[number.begin - 1] == '(' && number.end < end_ &&
        text_[number.end] == ')') {
      negative = true;
      --number.begin;
      ++number.end;
    }
    if (negative) negate(number);
    if (number.begin == floor_) return;
    const char previous = text_[number.begin - 1];
    const bool part = is_alnum(previous) || previous == '/' || previous == '_' || previous == '#' ||
                      previous == '.' || previous == '-' || previous == '@' || previous == '+' ||
                      previous == '*';
    number.glued = part && number.currency.empty();
  }

  static void negate(NumberFound& number) {
    number.value = -number.value;
    number.other = -number.other;
  }

  bool take_minus(std::uint32_t& begin) const {
    const std::uint32_t blank = blanks_before(text_, begin, floor_);
    const std::uint32_t sign = minus_before(text_, begin - blank, floor_);
    if (sign == 0) return false;
    const std::uint32_t at = begin - blank - sign;
    const bool hyphen = at > floor_ && (is_alnum(text_[at - 1]) || text_[at - 1] == '.');  // RE-2024
    const bool dash = blank != 0 && at > floor_;                                           // 3 - 5
    if (hyphen || dash) return false;
    begin = at;
    return true;
  }

  bool take_currency_before(NumberFound& number) const {
    const std::uint32_t stop = number.begin - blanks_before(text_, number.begin, floor_);
    for (std::uint32_t length = 1; length <= 4 && length <= stop - floor_; ++length) {
      CurrencyFound found;
      const std::uint32_t at = stop - length;
      if (!currency_at(text_, at, stop, found) || found.end != stop) continue;
      if (is_alpha(text_[at]) && at > floor_ && is_alnum(text_[at - 1])) continue;
      number.currency = found.code;
      number.symbol_is_shared = found.shared_symbol;
      number.begin = at;
      return true;
    }
    return false;
  }

  void after(NumberFound& number) const {
    std::uint32_t at = number.end;
    const std::uint32_t sign = at < end_ ? minus(text_, at) : 0;
    const bool ends = at + sign >= end_ || text_[at + sign] == ' ';
    if (sign != 0 && ends && number.value > 0) {
      negate(number);
      number.end = at = at + sign;
    } else if (at < end_ && (sign != 0 || text_[at] == '/' || text_[at] == '_' || is_alpha(text_[at]))) {
      // Glued, unless it is a currency code: "5EUR", or "5.-" as the Swiss write it.
      CurrencyFound found;
      number.glued = !currency_at(text_, at, end_, found);
    }
    take_currency_or_percent_after(number, at);
  }

  void take_currency_or_percent_after(NumberFound& number, std::uint32_t at) const {
    if (at < end_) at += thousands_blank(text_, at);
    if (at >= end_) return;
    if (text_[at] == '%') number.percent = true;
    CurrencyFound found;
    if (!number.currency.empty() || number.percent || !currency_at(text_, at, end_, found)) return;
    number.currency = found.code;
    number.symbol_is_shared = found.shared_symbol;
    number.end = found.end;
  }

  std::string_view text_;
  std::uint32_t floor_, end_;
};

}  // namespace

std::vector<NumberFound> find_numbers(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                      DecimalMark& mark) {
  std::vector<NumberFound> numbers;
  const std::uint32_t first = begin;
  std::uint32_t floor = begin;
  while (begin < end) {
    if (!is_digit(text[begin])) {
      ++begin;
      continue;
    }
    const Body body = read_body(text, begin, end);
    NumberFound number;
    number.begin = begin;
    number.end = begin = body.end;
    DecimalMark seen = mark;
    if (!interpret(body, number, seen)) continue;
    Surroundings(text, floor, end).read(number);
    if (!number.glued && number.decimals <= 4) mark = seen;
    floor = begin = std::max(begin, number.end);
    if (floor > first && number.glued) floor = body.end;
    numbers.push_back(std::move(number));
  }
  return numbers;
}

void settle(NumberFound& number, const DecimalMark& mark) {
  if (number.unclear == 0 || mark.comma == mark.point) return;
  const char decimal = mark.comma > mark.point ? ',' : '.';
  if (number.unclear == decimal) {
    number.value = number.other;
    number.decimals = 3;
  }
  number.unclear = 0;
}

}  // namespace docket
