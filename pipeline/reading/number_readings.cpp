#include "pipeline/reading/number_readings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "pipeline/reading/amounts.h"
#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/currencies.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

struct Scale {
  std::string_view word;
  double factor;
  bool means_more = false;  ///< Metres, organic food: a scale only beside a currency, or glued to the number.
};

constexpr auto scales = std::to_array<Scale>({
    {"billion", 1e9}, {"billions", 1e9},  {"bn", 1e9},       {"bio", 1e9, true}, {"k", 1e3, true},
    {"m", 1e6, true}, {"mil", 1e3},       {"mille", 1e3},    {"milliard", 1e9},  {"milliarden", 1e9},
    {"million", 1e6}, {"millionen", 1e6}, {"millions", 1e6}, {"mio", 1e6},       {"mln", 1e6},
    {"mn", 1e6},      {"mrd", 1e9},       {"tausend", 1e3},  {"thousand", 1e3},  {"tsd", 1e3},
});

/// What the word behind a number multiplies it by: 1.2 million.
struct ScaleFound {
  double factor = 1;
  bool ambiguous = false;
};

ScaleFound scale_behind(std::string_view text, const NumberFound& number) {
  std::size_t at = number.end;
  if (at < text.size() && text[at] == ' ') ++at;
  std::size_t end = at;
  while (end < text.size() && is_alpha(text[end]))
    ++end;
  const std::string word = to_lower(text.substr(at, end - at));
  const auto found = std::ranges::find(scales, std::string_view(word), &Scale::word);
  if (found == scales.end()) return {};
  if (!found->means_more) return {found->factor, false};
  std::size_t behind = end;
  if (behind < text.size() && text[behind] == ' ') ++behind;
  CurrencyFound currency;
  const bool is_sum =
      !number.currency.empty() || currency_at(text, static_cast<std::uint32_t>(behind),
                                              static_cast<std::uint32_t>(text.size()), currency);
  return is_sum || at == number.end ? ScaleFound{found->factor, true} : ScaleFound{};
}

/// Where the digits of a number begin and end; those of other scripts with what stands around them.
ByteRange digits_of(std::string_view page, const NumberFound& number) {
  ByteRange digits{number.begin, number.end};
  if (std::ranges::none_of(page.substr(number.begin, number.end - number.begin), is_digit)) return digits;
  while (digits.begin < digits.end && !is_digit(page[digits.begin]))
    ++digits.begin;
  while (digits.end > digits.begin && !is_digit(page[digits.end - 1]))
    --digits.end;
  return digits;
}

/// A code goes on before the number. A number with its "No." is no part of one: #4711, Nr.4711.
bool is_code_before(std::string_view page, const NumberFound& number) {
  if (!number.glued || number.begin == 0) return false;
  const char32_t before = plain_character(character_before(page, number.begin));
  if (before == '.') return number.begin < 2 || !is_alpha(page[number.begin - 2]);
  return before < 0x80 && (is_alnum(static_cast<char>(before)) || before == '/' || before == '_' ||
                           before == '-' || before == '@');
}

/// A code goes on behind the number. A number with its unit is no part of one: 12kg, 3x.
bool is_code_behind(std::string_view page, const NumberFound& number) {
  if (!number.glued) return false;
  std::uint32_t at = number.end;
  while (at < page.size() && is_alpha(page[at]) && at - number.end <= 6)
    ++at;
  const char32_t after = plain_character(character_at(page, at));
  return is_of_word(after) || after == '/' || after == '_' || (after == '-' && at == number.end);
}

/// 10-20, €5-€10; but 31-1234 is a code. An en dash or em dash is of ranges alone.
bool are_range(std::string_view page, const NumberFound& first, const NumberFound& second) {
  if (first.end >= second.begin || first.value < 0 || first.value >= second.value) return false;
  std::size_t at = first.end + (first.percent && page[first.end] == '%' ? 1U : 0U);
  const char32_t dash = next_code_point(page, at);
  if (plain_character(dash) != '-' || at != second.begin) return false;
  if (is_code_before(page, first) || is_code_behind(page, second)) return false;
  if (dash == 0x2013 || dash == 0x2014) return true;
  const ByteRange a = digits_of(page, first), b = digits_of(page, second);
  const std::uint32_t more = b.end - b.begin - std::min(a.end - a.begin, b.end - b.begin);
  const bool starts_with_zero = page[a.begin] == '0' && a.end - a.begin > 1 && is_digit(page[a.begin + 1]);
  return !starts_with_zero && (more == 0 || (more == 1 && b.end - b.begin <= 3));
}

/// Whether a number is a piece of something else.
bool is_part_of_code(std::string_view page, const std::vector<NumberFound>& numbers, std::size_t at) {
  const NumberFound& number = numbers[at];
  if (is_code_before(page, number) && (at == 0 || !are_range(page, numbers[at - 1], number))) return true;
  return is_code_behind(page, number) &&
         (at + 1 == numbers.size() || !are_range(page, number, numbers[at + 1]));
}

/// Brackets make a number negative, but in prose, where it is said twice or by the way: "a term of three (3)
/// years", "Lamps (12)", "the fee (EUR 25.00) is due". Accounts have no words behind theirs.
bool may_be_aside(std::string_view page, const NumberFound& number) {
  const bool is_count = number.currency.empty() && number.decimals == 0 && number.unclear == 0;
  std::uint32_t before = number.begin;
  while (before > 0 && page[before - 1] == ' ')
    --before;
  const bool behind_word =
      before > 0 && number.begin - before <= 1 && is_of_word(character_before(page, before));
  const std::uint32_t after = number.end + (number.end < page.size() && page[number.end] == ' ' ? 1 : 0);
  if (!behind_word) return false;
  if (is_of_word(character_at(page, after))) return is_count || !number.currency.empty();
  return is_count && number.value > -100;
}

void add_readings(std::string_view page, const NumberFound& number, std::vector<NumberReading>& readings) {
  const bool unclear = number.unclear != 0;
  const bool in_brackets = page[number.begin] == '(' && number.value < 0 && may_be_aside(page, number);
  readings.push_back({number.value, unclear});
  if (unclear) readings.push_back({number.other, true});
  if (in_brackets) readings.push_back({-number.value, true});
  if (number.percent) readings.push_back({number.value / 100, false});
  if (const ScaleFound scale = scale_behind(page, number); scale.factor > 1) {
    readings.front().ambiguous = true;
    readings.push_back({number.value * scale.factor, scale.ambiguous});
  }
}

/// What the document shows of the number's marks, and the currency that it means by a symbol of several.
void settle_in(NumberFound& number, const Writing& writing) {
  const std::string* named =
      number.symbol_is_shared ? writing.named_with_symbol_of(number.currency) : nullptr;
  if (named != nullptr && has_no_minor_unit(*named)) take_thousands(number);
  settle(number, writing.mark);
}

/// Three decimals are no integer.
void settle_integer(NumberFound& number, const Writing& writing) {
  NumberFound as_shown = number;
  settle_in(as_shown, writing);
  if (as_shown.decimals == number.decimals) take_thousands(number);
}

}  // namespace

std::vector<std::vector<NumberReading>> numbers_in(const Passage& passage, const Writing& writing,
                                                   NumbersMeant meant) {
  const ByteRange lines = lines_of(passage);
  DecimalMark ignored;
  std::vector<std::vector<NumberReading>> all;
  const std::vector<NumberFound> numbers = find_numbers(passage.page, lines.begin, lines.end, ignored);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    NumberFound number = numbers[i];
    const ByteRange digits = digits_of(passage.page, number);
    if (digits.begin < passage.begin || digits.end > passage.end || digits.begin >= digits.end) continue;
    if (is_part_of_code(passage.page, numbers, i)) continue;
    if (meant == NumbersMeant::integers)
      settle_integer(number, writing);
    else
      settle_in(number, writing);
    add_readings(passage.page, number, all.emplace_back());
  }
  return all;
}

}  // namespace docket
