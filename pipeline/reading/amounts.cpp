#include "pipeline/reading/amounts.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "pipeline/reading/currencies.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

/// The decimal mark of Arabic, which is never anything else.
constexpr std::string_view arabic_decimal_mark = "\u066B";
constexpr char any_decimal_mark = 'd';

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

/// The mark at `at`, and how many bytes it takes; 0 bytes: none.
std::pair<char, std::uint32_t> mark_at(std::string_view text, std::uint32_t at) {
  if (text.substr(at).starts_with(arabic_decimal_mark)) return {any_decimal_mark, 2};
  const char c = text[at];
  return {c, c == '.' || c == ',' || c == '\'' || c == ' ' ? 1 : 0};
}

Body read_body(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  Body body;
  std::uint32_t at = begin;
  while (at < end) {
    const std::uint32_t run = count_digits(text, at, end);
    body.digits.append(text.substr(at, run));
    at = body.end = at + run;
    if (at >= end) break;
    const auto [mark, width] = mark_at(text, at);
    if (width == 0 || at + width >= end || !is_digit(text[at + width])) break;
    // Blanks and apostrophes only ever stand before three digits, and behind one to three.
    const bool grouping = mark == ' ' || mark == '\'';
    const bool after_decimals = !body.marks.empty() && body.marks.back() != ' ' && body.marks.back() != '\'';
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

/// The marks before `end` part three digits each; or, as in India, three at the end and two before:
/// 1,23,45,678.
bool thousands(const Body& body, std::size_t end) {
  std::vector<std::size_t> sizes;  // Of the groups before `end`, from the last to the first.
  std::size_t stop = end;
  for (std::size_t i = body.groups.size(); i-- > 0;) {
    if (body.groups[i] >= end) continue;
    sizes.push_back(stop - body.groups[i]);
    stop = body.groups[i];
  }
  if (sizes.empty()) return true;
  if (stop > 3 || sizes.front() != 3) return false;
  const auto others = [&](std::size_t size) {
    return std::all_of(sizes.begin() + 1, sizes.end(), [&](std::size_t own) { return own == size; });
  };
  return others(3) || (stop <= 2 && others(2) && body.marks[0] == ',');
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
  if (last == any_decimal_mark) {
    out.value = value_of(body.digits, decimals);
    out.decimals = static_cast<int>(decimals);
    return same == 1 && thousands(body, body.groups.back());
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

constexpr bool is_in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

/// Reads what stands around the digits of one number: sign, brackets, currency, per cent. Of a text in plain
/// characters, from `floor` on.
class Surroundings {
 public:
  Surroundings(const PlainText& plain, std::uint32_t floor)
      : plain_(plain), text_(plain.text()), floor_(floor), end_(static_cast<std::uint32_t>(text_.size())) {}

  void read(NumberFound& number) const {
    bool negative = take_minus(number.begin);
    if (take_currency_before(number)) negative = take_minus(number.begin) || negative;
    look_before(number);
    negative = after(number, negative);
    if (take_brackets(number)) negative = true;
    if (negative) negate(number);
    if (take_credit_or_debit(number) || is_dash_or_minus(number)) doubt_sign(number);
  }

 private:
  bool is_blank(std::uint32_t at) const { return at < end_ && text_[at] == ' '; }
  std::uint32_t blank_before(std::uint32_t at) const { return at > floor_ && text_[at - 1] == ' ' ? 1 : 0; }

  static void negate(NumberFound& number) {
    number.value = -number.value;
    number.other = -number.other;
  }

  static void doubt_sign(NumberFound& number) {
    if (number.glued || number.unclear != 0 || number.value == 0) return;
    number.unclear = NumberFound::sign;
    number.other = -number.value;
  }

  void look_before(NumberFound& number) const {
    if (number.begin == floor_ || !number.currency.empty()) return;
    const char previous = text_[number.begin - 1];
    number.glued = (is_alnum(previous) || is_in("/_#.-@+*", previous)) && !is_dash_behind_word(number.begin);
  }

  /// "Total\u201325.00": a dash that parts a word from what it says. Letters of codes are capitals.
  bool is_dash_behind_word(std::uint32_t at) const {
    if (at < floor_ + 3 || text_[at - 1] != '-' || !plain_.is_replaced(at - 1)) return false;
    const auto is_of_word = [](char c) { return is_lower(c) || static_cast<unsigned char>(c) >= 0x80; };
    return is_of_word(text_[at - 2]) && is_of_word(text_[at - 3]);
  }

  /// … unless it is a minus sign.
  bool is_dash_or_minus(const NumberFound& number) const {
    return number.begin > floor_ && is_dash_behind_word(number.begin);
  }

  bool take_minus(std::uint32_t& begin) const {
    const std::uint32_t stop = begin - blank_before(begin);
    if (stop <= floor_ || text_[stop - 1] != '-') return false;
    const std::uint32_t at = stop - 1;
    const bool hyphen = at > 0 && (is_digit_or_letter_before(at) || is_in(".)/", text_[at - 1]) ||  // RE-2024
                                   is_behind_amount(at));
    const bool dash = stop != begin && at > floor_ && !announces_value(at);  // 3 - 5
    if (hyphen || dash) return false;
    begin = at;
    return true;
  }

  bool is_digit_or_letter_before(std::uint32_t at) const {
    if (is_alnum(text_[at - 1])) return true;
    const char32_t c = character_before(text_, at);
    return c >= 0x80 && word_part(c) != WordPart::none;
  }

  /// 10%-20%, 10€-20€: a number and its unit end at `at`.
  bool is_behind_amount(std::uint32_t at) const {
    // Perhaps of the number before.
    const auto begin = static_cast<std::uint32_t>(begin_of_character_before(text_, at));
    CurrencyFound found;
    const bool is_unit = text_[begin] == '%' || currency_at(text_, begin, at, found);
    return is_unit && begin > 0 && is_digit(text_[begin - 1]);
  }

  /// "Credit: - 25.00"
  bool announces_value(std::uint32_t at) const {
    while (at > floor_ && text_[at - 1] == ' ')
      --at;
    return at > floor_ && is_in(":=|", text_[at - 1]);
  }

  bool take_currency_before(NumberFound& number) const {
    const std::uint32_t stop = number.begin - blank_before(number.begin);
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

  /// A minus at `at` that nothing follows.
  bool ends_with_minus(std::uint32_t at) const {
    return at < end_ && text_[at] == '-' && (at + 1 == end_ || is_in(" )|", text_[at + 1]));
  }

  /// Returns whether the number is negative, with what stands behind it.
  bool after(NumberFound& number, bool negative) const {
    std::uint32_t at = number.end;
    if (!negative && ends_with_minus(at)) {
      negative = true;
      number.end = ++at;
    } else if (at < end_ && (is_in("-/_", text_[at]) || is_alpha(text_[at])) && credit_or_debit(at) == 0) {
      // Glued, unless it is a currency code: "5EUR".
      CurrencyFound found;
      if (!currency_at(text_, at, end_, found)) number.glued = true;
    }
    take_currency_or_percent_after(number, at);
    if (!negative && ends_with_minus(number.end)) {
      negative = true;
      ++number.end;
    }
    return negative;
  }

  void take_currency_or_percent_after(NumberFound& number, std::uint32_t at) const {
    if (is_blank(at)) ++at;
    if (at >= end_) return;
    if (text_[at] == '%') number.percent = true;
    CurrencyFound found;
    if (!number.currency.empty() || number.percent || !currency_at(text_, at, end_, found)) return;
    number.currency = found.code;
    number.symbol_is_shared = found.shared_symbol;
    number.end = found.end;
  }

  /// (25.00), ( EUR 25.00 ), EUR (25.00): how accounts write what is less than nothing. Contracts say a sum
  /// again in brackets: "five thousand dollars ($5,000)".
  bool take_brackets(NumberFound& number) const {
    const std::uint32_t open = number.begin - blank_before(number.begin);
    const std::uint32_t close = number.end + (is_blank(number.end) ? 1 : 0);
    if (open <= floor_ || text_[open - 1] != '(' || close >= end_ || text_[close] != ')') return false;
    if (is_said_in_words(open - 1)) return false;
    number.begin = open - 1;
    number.end = close + 1;
    if (number.currency.empty() && take_currency_before(number)) number.glued = false;
    if (number.currency.empty()) take_currency_or_percent_after(number, number.end);
    return true;
  }

  /// A word of a number, or a currency in full, stands before `at`.
  bool is_said_in_words(std::uint32_t at) const {
    static constexpr auto words = std::to_array<std::string_view>(
        {"eleven",   "twelve",   "thirteen", "fourteen", "fifteen",  "sixteen", "seventeen",
         "eighteen", "nineteen", "forty",    "fifty",    "sixty",    "seventy", "eighty",
         "billion",  "cent",     "cents",    "dollar",   "dollars",  "eight",   "euro",
         "euros",    "five",     "four",     "francs",   "hundred",  "million", "nine",
         "ninety",   "no",       "one",      "only",     "pounds",   "rupees",  "seven",
         "six",      "sterling", "ten",      "thirty",   "thousand", "three",   "twenty",
         "two",      "yen",      "zero",     "mille",    "tausend",  "mil",     "hundert"});
    while (at > floor_ && text_[at - 1] == ' ')
      --at;
    std::uint32_t begin = at;
    while (begin > floor_ && is_alpha(text_[begin - 1]))
      --begin;
    const std::string word = to_lower(text_.substr(begin, at - begin));
    return std::find(words.begin(), words.end(), word) != words.end();
  }

  /// Where "CR" or "DR" that stands at `at`, perhaps behind a blank, ends; 0: it does not.
  std::uint32_t credit_or_debit(std::uint32_t at) const {
    if (is_blank(at)) ++at;
    const std::string_view letters = text_.substr(std::min(at, end_), 2);
    const bool is_one = letters == "CR" || letters == "Cr" || letters == "DR" || letters == "Dr";
    return is_one && (at + 2 >= end_ || !(is_alnum(text_[at + 2]) || text_[at + 2] == '.')) ? at + 2 : 0;
  }

  /// "25.00 CR" lessens a bill, and is what the holder of an account has; "25.00 DR" is the other way round.
  bool take_credit_or_debit(NumberFound& number) const {
    const std::uint32_t end = credit_or_debit(number.end);
    if (end == 0 || number.glued) return false;
    if (number.value > 0 && to_lower(text_[end - 2]) == 'c') negate(number);
    number.end = end;
    return true;
  }

  const PlainText& plain_;
  std::string_view text_;
  std::uint32_t floor_, end_;
};

/// Chinese sums may have decimals, behind a point.
bool has_no_decimals(const NumberFound& number) {
  if (number.currency == "CNY" || (number.currency == "JPY" && number.symbol_is_shared))
    return number.unclear == ',';
  return has_no_minor_unit(number.currency);
}

std::vector<NumberFound> numbers_of(const PlainText& plain, DecimalMark& mark) {
  const std::string_view text = plain.text();
  const auto end = static_cast<std::uint32_t>(text.size());
  std::vector<NumberFound> numbers;
  std::uint32_t begin = 0;
  std::uint32_t floor = 0;
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
    Surroundings(plain, floor).read(number);
    if (has_no_decimals(number)) {
      if (number.unclear == ',' || number.unclear == '.') ++(number.unclear == '.' ? seen.comma : seen.point);
      take_thousands(number);
    }
    if (!number.glued && number.decimals <= 4) mark = seen;
    floor = begin = std::max(begin, number.end);
    if (floor > 0 && number.glued) floor = body.end;
    numbers.push_back(std::move(number));
  }
  return numbers;
}

}  // namespace

std::vector<NumberFound> find_numbers(std::string_view text, std::uint32_t begin, std::uint32_t end,
                                      DecimalMark& mark) {
  const PlainText plain(text.substr(begin, end - begin));
  std::vector<NumberFound> numbers = numbers_of(plain, mark);
  for (NumberFound& number : numbers) {
    number.begin = begin + plain.origin(number.begin);
    number.end = begin + plain.origin(number.end);
  }
  return numbers;
}

void take_thousands(NumberFound& number) {
  if (number.unclear != NumberFound::sign) number.unclear = 0;
}

void settle(NumberFound& number, const DecimalMark& mark) {
  if (number.unclear == 0 || number.unclear == NumberFound::sign || mark.comma == mark.point) return;
  const char decimal = mark.comma > mark.point ? ',' : '.';
  if (number.unclear == decimal) {
    number.value = number.other;
    number.decimals = 3;
  }
  number.unclear = 0;
}

}  // namespace docket
