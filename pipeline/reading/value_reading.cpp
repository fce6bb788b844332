#include "pipeline/reading/value_reading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "pipeline/reading/codes.h"
#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/currencies.h"
#include "pipeline/reading/folded.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;
using Says = ValueReading::Says;

constexpr std::uint32_t longest_line = 1000;  ///< Bytes that are looked at on each side of a passage.
constexpr std::uint32_t longest_word = 80;
constexpr std::size_t short_code = 5;  ///< Characters: shorter codes are not put together over blanks.
constexpr std::size_t long_code = 8;   ///< From there on marks between characters do not count either.
constexpr std::size_t shortest_iban = 15;
constexpr std::size_t long_text = 60;  ///< Bytes: a quote need not hold all of a longer text.

bool is_line_end(char c) { return c == '\n' || c == '\f'; }

std::uint32_t size_of(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

/// The lines that a passage stands on.
struct Lines {
  std::uint32_t begin = 0, end = 0;
};

Lines lines_of(const Passage& passage) {
  Lines lines{passage.begin, passage.end};
  while (lines.begin > 0 && passage.begin - lines.begin < longest_line &&
         !is_line_end(passage.page[lines.begin - 1]))
    --lines.begin;
  while (lines.end < passage.page.size() && lines.end - passage.end < longest_line &&
         !is_line_end(passage.page[lines.end]))
    ++lines.end;
  return lines;
}

bool same(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::max(1.0, std::fabs(b)); }

// --- numbers --------------------------------------------------------------------------------------------

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
  const bool is_sum = !number.currency.empty() ||
                      currency_at(text, static_cast<std::uint32_t>(behind), size_of(text), currency);
  return is_sum || at == number.end ? ScaleFound{found->factor, true} : ScaleFound{};
}

/// Where the digits of a number begin and end; those of other scripts with what stands around them.
Lines digits_of(std::string_view page, const NumberFound& number) {
  Lines digits{number.begin, number.end};
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
  const Lines a = digits_of(page, first), b = digits_of(page, second);
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

/// A number of a passage as it may be meant.
struct NumberReading {
  double value = 0;
  bool ambiguous = false;
};

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

/// Currencies that share a symbol, each group in one text.
constexpr auto sharers = std::to_array<std::string_view>({
    "USD CAD AUD NZD HKD SGD TWD MXN ARS CLP COP UYU JMD DOP",
    "JPY CNY",
    "SEK NOK DKK ISK",
    "INR PKR LKR",
});

bool share_symbol(std::string_view a, std::string_view b) {
  return std::ranges::any_of(sharers, [&](std::string_view group) {
    return group.find(a) != std::string_view::npos && group.find(b) != std::string_view::npos;
  });
}

/// The first currency that the document names of those with the same symbol.
const std::string* named_by(std::string_view currency, const Writing& writing) {
  const auto named = std::ranges::find_if(
      writing.currencies, [&](const std::string& code) { return share_symbol(code, currency); });
  return named == writing.currencies.end() ? nullptr : &*named;
}

/// What the document shows of the number's marks, and the currency that it means by a symbol of several.
void settle_in(NumberFound& number, const Writing& writing) {
  const std::string* named = number.symbol_is_shared ? named_by(number.currency, writing) : nullptr;
  if (named != nullptr && has_no_minor_unit(*named)) take_thousands(number);
  settle(number, writing.mark);
}

/// Three decimals are no integer.
void settle_integer(NumberFound& number, const Writing& writing) {
  NumberFound as_shown = number;
  settle_in(as_shown, writing);
  if (as_shown.decimals == number.decimals) take_thousands(number);
}

/// The readings of each number whose digits stand in the passage.
std::vector<std::vector<NumberReading>> numbers_in(const Passage& passage, const Writing& writing,
                                                   bool of_integers) {
  const Lines lines = lines_of(passage);
  DecimalMark ignored;
  std::vector<std::vector<NumberReading>> all;
  const std::vector<NumberFound> numbers = find_numbers(passage.page, lines.begin, lines.end, ignored);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    NumberFound number = numbers[i];
    const Lines digits = digits_of(passage.page, number);
    if (digits.begin < passage.begin || digits.end > passage.end || digits.begin >= digits.end) continue;
    if (is_part_of_code(passage.page, numbers, i)) continue;
    if (of_integers)
      settle_integer(number, writing);
    else
      settle_in(number, writing);
    add_readings(passage.page, number, all.emplace_back());
  }
  return all;
}

// --- dates ----------------------------------------------------------------------------------------------

/// 14:30, and what may follow: seconds, a zone.
bool looks_like_time(std::string_view text) {
  std::string_view rest = text;
  if (!take_digits(rest, 2) || !rest.starts_with(':')) return false;
  rest.remove_prefix(1);
  return take_digits(rest, 2) && std::ranges::all_of(rest, [](char c) {
           return is_digit(c) || std::string_view(":.,+-Zz ").find(c) != std::string_view::npos;
         });
}

/// 2024-03-05, whether or not there is such a day: a model's value may be wrong. Behind it only a time.
bool looks_like_date(std::string_view text) {
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return false;
  if (text.size() > 10 && text[10] != 'T' && text[10] != ' ' && text[10] != 't') return false;
  if (text.size() > 10 && !looks_like_time(text.substr(11))) return false;
  return std::ranges::all_of(text.substr(0, 10), [](char c) { return is_digit(c) || c == '-'; });
}

void add_dates(std::string_view lines, std::uint32_t first, std::uint32_t last, DayMonth order,
               std::vector<DateFound>& dates) {
  const Folded folded = fold(lines);
  DateOrder ignored;
  for (DateFound& date : find_dates(lines, folded, 0, folded.tokens.size(), ignored)) {
    if (date.begin < first || date.end > last) continue;
    settle(date, order);
    dates.push_back(std::move(date));
  }
}

/// A date may go on in the next line.
std::vector<DateFound> dates_in(const Passage& passage, const Writing& writing) {
  const Lines range = lines_of(passage);
  std::string lines(passage.page.substr(range.begin, range.end - range.begin));
  const std::uint32_t first = passage.begin - range.begin, last = passage.end - range.begin;
  std::vector<DateFound> dates;
  add_dates(lines, first, last, writing.day_month(), dates);
  if (!dates.empty() || std::ranges::none_of(lines, is_line_end)) return dates;
  std::ranges::replace_if(lines, is_line_end, ' ');
  add_dates(lines, first, last, writing.day_month(), dates);
  return dates;
}

/// The hour and minute of 2024-03-05T14:30:00 stand in the passage, or are midnight.
bool time_in(std::string_view value, const Passage& passage) {
  if (value.size() == 10) return true;
  const std::string_view time = value.substr(11, 5);
  if (time == "00:00") return true;
  std::string_view rest = time;
  const std::optional<int> hour = take_digits(rest, 2);
  if (!hour) return false;
  const std::string words =
      comparable_words(passage.page.substr(passage.begin, passage.end - passage.begin)).text;
  for (const int one : {*hour, *hour % 12 == 0 ? 12 : *hour % 12}) {
    for (const char* mark : {":", ".", "h"}) {
      const std::string short_form = std::to_string(one) + mark + std::string(time.substr(3));
      for (const std::string& form : {short_form, "0" + short_form}) {
        const std::size_t at = words.find(form);
        if (at == std::string::npos || (at > 0 && is_digit(words[at - 1]))) continue;
        const std::string_view behind = trim(std::string_view(words).substr(at + form.size()));
        if (one == *hour || behind.starts_with("p")) return true;
      }
    }
  }
  return false;
}

ValueReading read_date(const std::string& value, const Passage& passage, const Writing& writing) {
  ValueReading reading;
  std::set<std::string> others;
  const std::string day = value.substr(0, 10);
  for (const DateFound& date : dates_in(passage, writing)) {
    if (date.iso == day || date.month_first == day) {
      reading.ambiguous = (reading.says != Says::yes || reading.ambiguous) && !date.month_first.empty();
      reading.says = Says::yes;
    } else {
      others.insert(date.iso);
    }
  }
  if (reading.says == Says::yes && !time_in(value, passage)) reading.says = Says::no;
  reading.others = static_cast<int>(others.size());
  return reading;
}

// --- currencies -----------------------------------------------------------------------------------------

bool is_currency(std::string_view value) {
  CurrencyFound found;
  return value.size() == 3 && currency_at(value, 0, 3, found) && found.is_code;
}

ValueReading read_currency(const std::string& value, const Passage& passage, const Writing& writing) {
  ValueReading reading;
  std::set<std::string_view> others;
  for (const CurrencyFound& found : find_currencies(passage.page, passage.begin, passage.end)) {
    const bool shared = found.shared_symbol && share_symbol(found.code, value);
    if (found.code != value && !shared) {
      others.insert(found.code);
      continue;
    }
    // A document that names one of them means it by the symbol too.
    const std::string* named = shared ? named_by(value, writing) : nullptr;
    const bool settled = named != nullptr;
    if (settled && *named != value) {
      others.insert(*named);
      continue;
    }
    const bool ambiguous = found.code != value && !settled;
    reading.ambiguous = ambiguous && (reading.says != Says::yes || reading.ambiguous);
    reading.says = Says::yes;
  }
  reading.others = static_cast<int>(others.size());
  return reading;
}

// --- texts and codes ------------------------------------------------------------------------------------

bool has_digit(std::string_view text) { return std::ranges::any_of(text, is_digit); }

/// A mark that makes one word or code of what stands on both its sides.
bool joins(char mark, bool code, char32_t before, char32_t after) {
  const auto digit = [](char32_t c) { return c >= '0' && c <= '9'; };
  switch (mark) {
    case '-':
    case '_':
    case '.':
    case '@':
    case '&':
    case '+':
      return true;
    case '\'':
      return after != 's';
    case '/':
      return code;
    case ',':
    case ':':
      return digit(before) && digit(after);
    default:
      return false;
  }
}

/// "Nr.4711": the word before the point announces the number.
bool is_announced(std::string_view text, std::size_t point) {
  std::size_t begin = point;
  while (begin > 0 && is_alpha(text[begin - 1]))
    --begin;
  const bool starts = begin == 0 || text[begin - 1] == ' ';
  return text[point] == '.' && starts && point > begin && point - begin <= 4;
}

/// text[begin, end) is no piece of a longer word or code.
bool stands_whole(std::string_view text, std::size_t begin, std::size_t end, bool code) {
  if (begin > 1 && is_of_word(character_at(text, begin))) {
    const char32_t before = character_before(text, begin - 1);
    if (is_of_word(before) && joins(text[begin - 1], code, before, character_at(text, begin)) &&
        !(code && is_announced(text, begin - 1)))
      return false;
  }
  if (end + 1 < text.size() && is_of_word(character_before(text, end))) {
    const char32_t after = character_at(text, end + 1);
    if (is_of_word(after) && joins(text[end], code, character_before(text, end), after)) return false;
  }
  return true;
}

bool stands_in(std::string_view text, std::string_view words, bool code) {
  for (std::size_t at = find_whole_words(text, words, 0); at != std::string_view::npos;
       at = find_whole_words(text, words, at + 1))
    if (stands_whole(text, at, at + words.size(), code)) return true;
  return false;
}

/// Nothing but words and codes, with one blank between; marks within them stay.
std::string without_marks(std::string_view words) {
  std::string bare;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(words, at);
    const bool within = is_of_word(character_before(words, begin)) && is_of_word(character_at(words, at)) &&
                        joins(words[begin], false, character_before(words, begin), character_at(words, at));
    if (is_of_word(c) || c >= 0x0E00 || within)
      bare += words.substr(begin, at - begin);
    else if (!bare.empty() && bare.back() != ' ')
      bare += ' ';
  }
  return std::string(trim(bare));
}

/// A code without blanks, or without any marks, and where pieces of it may begin and end.
struct CompactText {
  std::string text;
  std::vector<bool> begins;  ///< Whether a word begins with each of its bytes; one more for the end.
};

CompactText compact(std::string_view words, bool marks) {
  CompactText found;
  bool begins = true;
  for (const char c : words) {
    const bool skipped = c == ' ' || (!marks && !is_alnum(c) && static_cast<unsigned char>(c) < 0x80);
    const bool opens = c == '(' || c == '"' || c == ':' || c == '#';
    if (skipped || (marks && opens)) {
      begins = begins || c == ' ' || opens;
      continue;
    }
    found.text += c;
    found.begins.push_back(begins);
    begins = false;
  }
  found.begins.push_back(true);
  return found;
}

bool compact_stands_in(std::string_view text, std::string_view code, bool marks) {
  const CompactText wanted = compact(code, marks), there = compact(text, marks);
  if (wanted.text.size() < (marks ? short_code : long_code)) return false;
  for (std::size_t at = there.text.find(wanted.text); at != std::string::npos;
       at = there.text.find(wanted.text, at + 1)) {
    std::size_t end = at + wanted.text.size();
    while (end < there.text.size() && !there.begins[end] && !is_alnum(there.text[end]) &&
           static_cast<unsigned char>(there.text[end]) < 0x80)
      ++end;  // A point or comma behind it.
    if (there.begins[at] && there.begins[end]) return true;
  }
  return false;
}

bool text_in(const std::string& value, std::string_view words) {
  const bool code = has_digit(value);
  const std::string bare = without_marks(words);
  for (const std::string& spelling : spellings(value)) {
    if (stands_in(words, spelling, code)) return true;
    const std::string bare_value = without_marks(spelling);
    const bool is_text = !code || std::ranges::count(bare_value, ' ') >= 2;
    if (is_text && stands_in(bare, bare_value, code)) return true;
    if (code && (compact_stands_in(words, spelling, true) || compact_stands_in(words, spelling, false)))
      return true;
  }
  return false;
}

std::string words_in(const Passage& passage) {
  return comparable_words(passage.page.substr(passage.begin, passage.end - passage.begin)).text;
}

/// Other words with a digit in it, which may be codes.
int other_codes(std::string_view words, std::string_view value) {
  std::set<std::string_view> others;
  while (!words.empty()) {
    const std::size_t length = std::min(words.find(' '), words.size());
    const std::string_view word = words.substr(0, length);
    if (word.size() >= 3 && has_digit(word) && value.find(word) == std::string_view::npos &&
        word.find(value) == std::string_view::npos)
      others.insert(word);
    words.remove_prefix(std::min(length + 1, words.size()));
  }
  return static_cast<int>(others.size());
}

/// IBANs and the like that stand in the passage, or around it; `value` as they are compared.
std::vector<CodeFound> codes_around(const Passage& passage) {
  const Lines lines = lines_of(passage);
  std::vector<CodeFound> codes;
  for (const auto find : {find_ibans, find_vat_ids, find_emails, find_urls})
    for (CodeFound& code : find(passage.page, lines.begin, lines.end))
      if (code.begin < passage.end && code.end > passage.begin) codes.push_back(std::move(code));
  return codes;
}

/// Letters and digits, without what a URL need not have and the tax that a Swiss number may end with.
std::string bare_code(std::string_view code) {
  std::string bare = fold_letters(code);
  for (const std::string_view scheme : {"http", "https"})
    if (code.starts_with(std::string(scheme) + "://")) bare.erase(0, scheme.size());
  for (const std::string_view tax : {"mwst", "tva", "iva"})
    if (bare.starts_with("che") && bare.ends_with(tax)) bare.resize(bare.size() - tax.size());
  return bare;
}

/// The value is a piece of a known code, and stands nowhere else in the passage.
bool is_inside_code(const std::string& value, const Passage& passage) {
  const std::vector<CodeFound> codes = codes_around(passage);
  if (codes.empty()) return false;
  const std::string bare = bare_code(value);
  std::string others(passage.page.substr(passage.begin, passage.end - passage.begin));
  for (const CodeFound& code : codes) {
    if (bare.find(bare_code(code.value)) != std::string::npos) return false;
    const std::uint32_t begin = std::max(code.begin, passage.begin), end = std::min(code.end, passage.end);
    std::fill_n(others.begin() + (begin - passage.begin), end - begin, '|');
  }
  return !text_in(value, comparable_words(others).text);
}

/// In length: check digits are often wrong in drafts and samples, and in what was scanned.
bool is_whole_iban(std::string_view value) {
  std::string code;
  for (const char c : value)
    if (c != ' ' && c != '-' && c != '.') code += to_upper(c);
  if (code.size() < shortest_iban || !std::ranges::all_of(code, is_alnum)) return false;
  const std::size_t length = iban_length(code.substr(0, 2));
  return is_alpha(code[0]) && is_digit(code[2]) && (length == 0 || code.size() == length);
}

ValueReading read_text(const std::string& value, Passage passage) {
  ValueReading reading;
  if (trim(value).empty()) return reading;
  if (value.size() > long_text) {  // The quote says where it is, and need not be all of it.
    const auto more = size_of(value) + size_of(value) / 4;
    passage.end = std::min(size_of(passage.page), passage.end + more);
    passage = whole_words(passage);
  }
  const std::string words = words_in(passage);
  if (text_in(value, words) && !is_inside_code(value, passage)) reading.says = Says::yes;
  if (has_digit(value)) reading.others = other_codes(words, comparable_words(value).text);
  return reading;
}

// --- choices --------------------------------------------------------------------------------------------

/// credit_note, creditNote and "credit note" are the same words.
std::string name_in_words(std::string_view name) {
  std::string words;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (i > 0 && is_upper(name[i]) && is_lower(name[i - 1])) words += ' ';
    words += name[i] == '_' || name[i] == '-' ? ' ' : name[i];
  }
  return words;
}

bool names(std::string_view words, const json& choice) {
  if (!choice.is_string()) return false;
  const auto& text = choice.get_ref<const std::string&>();
  return text_in(text, words) ||
         stands_in(without_marks(words), without_marks(comparable_words(name_in_words(text)).text), false);
}

ValueReading read_choice(const std::string& value, const json& choices, const Passage& passage) {
  ValueReading reading{.says = Says::cannot_tell};
  const std::string words = words_in(passage);
  const bool named = names(words, value);
  for (const json& choice : choices)
    if (choice != value && names(words, choice)) ++reading.others;
  if (named)
    reading.says = Says::yes;
  else if (reading.others > 0)
    reading.says = Says::no;
  return reading;
}

/// The words of a passage among those of its lines.
struct WordsInLine {
  std::string text;
  std::size_t begin = 0, end = 0;
};

WordsInLine words_in_line(const Passage& passage) {
  const Lines lines = lines_of(passage);
  WordsInLine found{words_in({passage.page, lines.begin, passage.begin})};
  if (!found.text.empty()) found.text += ' ';
  found.begin = found.text.size();
  found.text += words_in(passage);
  found.end = found.text.size();
  return {found.text + ' ' + words_in({passage.page, passage.end, lines.end}), found.begin, found.end};
}

/// "No. 4711", "no: AB-4711" announce a number.
bool announces_number(std::string_view behind) {
  if (behind.starts_with('.')) return true;
  while (!behind.empty() && std::string_view(" :#").find(behind.front()) != std::string_view::npos)
    behind.remove_prefix(1);
  return has_digit(behind.substr(0, behind.find(' ')));
}

/// Whether the word at [begin, end) of `text` says yes or no by itself: "no" may announce a number, and x
/// stand between the factors of 2 x 3.00 or behind a name.
bool is_answer(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view word = text.substr(begin, end - begin), behind = text.substr(end);
  if (word == "no") return !announces_number(behind);
  if (word != "x") return true;
  const std::string_view before = trim(text.substr(0, begin)), after = trim(behind);
  return !behind.starts_with('.') && (before.empty() || !is_digit(before.back())) &&
         (after.empty() || !is_digit(after.front()));
}

ValueReading read_boolean(bool value, const Passage& passage) {
  static constexpr auto yes = std::to_array<std::string_view>(
      {"\u2611", "\u2612", "\u2713", "[x]", "ja", "oui", "true", "wahr", "x", "yes", "si", "s\u00ED"});
  static constexpr auto no =
      std::to_array<std::string_view>({"\u2610", "[ ]", "false", "falsch", "faux", "nein", "no", "non"});
  const WordsInLine words = words_in_line(passage);
  const auto in_words = [&](std::string_view word) {
    for (std::size_t at = find_whole_words(words.text, word, words.begin); at < words.end;
         at = find_whole_words(words.text, word, at + 1)) {
      const std::size_t end = at + word.size();
      if (end <= words.end && stands_whole(words.text, at, end, false) && is_answer(words.text, at, end))
        return true;
    }
    return false;
  };
  const bool says_yes = std::ranges::any_of(yes, in_words), says_no = std::ranges::any_of(no, in_words);
  if (says_yes == says_no) return {.says = Says::cannot_tell};
  return {.says = says_yes == value ? Says::yes : Says::no};
}

// --- all ------------------------------------------------------------------------------------------------

const json& member_of(const json& object, const std::string& name) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

bool has_format(const json& property, std::initializer_list<std::string_view> formats) {
  for (const char* keyword : {"x-format", "format"}) {
    const json& format = member_of(property, keyword);
    if (format.is_string() &&
        std::ranges::find(formats, format.get_ref<const std::string&>()) != formats.end())
      return true;
  }
  return false;
}

bool allows_integers_only(const json& property) {
  const json& type = member_of(property, "type");
  if (type.is_string()) return type == "integer";
  const auto allows = [&](const char* name) { return std::ranges::find(type, json(name)) != type.end(); };
  return type.is_array() && allows("integer") && !allows("number");
}

ValueReading read_number(const json& number, const json& property, const Passage& passage,
                         const Writing& writing) {
  const auto value = number.get<double>();
  ValueReading reading;
  std::set<double> others;
  const auto numbers = numbers_in(passage, writing, allows_integers_only(property));
  for (const std::vector<NumberReading>& one : numbers) {
    const auto found =
        std::ranges::find_if(one, [&](const NumberReading& read) { return same(read.value, value); });
    if (found == one.end()) {
      others.insert(one.front().value);
      continue;
    }
    reading.ambiguous = found->ambiguous && (reading.says != Says::yes || reading.ambiguous);
    reading.says = Says::yes;
  }
  reading.others = static_cast<int>(others.size());
  if (reading.says == Says::yes || !number.is_number_integer()) return reading;
  // A year may be that of a date; long numbers are codes.
  for (const DateFound& date : dates_in(passage, writing))
    if (value >= 1000 && date.iso.starts_with(number.dump() + "-")) reading.says = Says::yes;
  if (value >= 10'000 && numbers.empty() && text_in(number.dump(), words_in(passage)))
    reading.says = Says::yes;
  return reading;
}

/// A number that is written as a text: "1234.50", or as documents write it: "1.234,50 EUR".
std::optional<double> number_of(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const bool is_plain = !digits.empty() && is_digit(digits.front()) && is_digit(digits.back()) &&
                        std::ranges::count(digits, '.') <= 1 &&
                        std::ranges::all_of(digits, [](char c) { return is_digit(c) || c == '.'; });
  if (is_plain) return std::strtod(std::string(text).c_str(), nullptr);
  DecimalMark ignored;
  const std::vector<NumberFound> found = find_numbers(text, 0, size_of(text), ignored);
  if (found.size() != 1 || found[0].begin != 0 || found[0].end != text.size() || found[0].unclear != 0)
    return std::nullopt;
  return found[0].value;
}

/// A text that is a number: in an amount only the number decides, elsewhere the text may stand there as a
/// code.
ValueReading read_number_or_text(const std::string& value, double number, const json& property,
                                 const Passage& passage, const Writing& writing) {
  const auto read = [&](double one) { return read_number(json(one), property, passage, writing); };
  const ValueReading as_number = read(number);
  const bool is_amount = has_format(property, {"currency-amount", "amount", "decimal"});
  if (is_amount) return as_number;
  const bool has_point = value.find('.') != std::string::npos;
  if (has_point && (as_number.says == Says::yes || read(-number).says == Says::yes)) return as_number;
  return read_text(value, passage);
}

ValueReading read_string(const std::string& value, const json& property, const Passage& passage,
                         const Writing& writing) {
  const json& choices = member_of(property, "enum");
  if (is_currency(value)) {
    const ValueReading reading = read_currency(value, passage, writing);
    if (reading.says == Says::yes || reading.others > 0) return reading;
  }
  if (choices.is_array() || property.contains("const"))
    return read_choice(value, choices.is_array() ? choices : json::array({property["const"]}), passage);
  if (looks_like_date(value)) {
    const ValueReading reading = read_date(value, passage, writing);
    if (reading.says == Says::yes || has_format(property, {"date", "date-time"})) return reading;
  } else if (has_format(property, {"date", "date-time"})) {
    return {};  // Words are no date.
  }
  if (has_format(property, {"iban"}) && !is_whole_iban(value)) return {};
  const std::optional<double> number = number_of(value);
  return number ? read_number_or_text(value, *number, property, passage, writing) : read_text(value, passage);
}

/// The weakest of what is said of each value in a list or object.
void read_inside(const json& value, const json& property, const Passage& passage, const Writing& writing,
                 ValueReading& weakest, bool& any) {
  if (value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty())) return;
  if (!value.is_structured()) {
    const ValueReading reading = read_value(value, property, passage, writing);
    weakest.says = std::min(weakest.says, reading.says);
    weakest.ambiguous = weakest.ambiguous || reading.ambiguous;
    any = true;
    return;
  }
  const json& members = member_of(property, "properties");
  const json& items = member_of(property, "items");
  for (const auto& [name, inner] : value.items())
    read_inside(inner, value.is_array() ? items : as_named(name, member_of(members, name)), passage, writing,
                weakest, any);
}

}  // namespace

void Writing::add(std::string_view page) {
  find_numbers(page, 0, size_of(page), mark);
  const Folded folded = fold(page);
  find_dates(page, folded, 0, folded.tokens.size(), order);
  day_first_language = day_first_language || speaks_day_first(folded);
  for (const CurrencyFound& found : find_currencies(page, 0, size_of(page))) {
    if (found.shared_symbol || std::ranges::find(currencies, found.code) != currencies.end()) continue;
    currencies.emplace_back(found.code);
  }
}

DayMonth Writing::day_month() const {
  if (dates != DayMonth::unknown) return dates;
  const DayMonth shown = shown_by(order);
  return shown == DayMonth::unknown && day_first_language ? DayMonth::day_first : shown;
}

json as_named(std::string_view name, json property) {
  const Folded words = fold(name_in_words(name));
  for (std::size_t at = 0; at < words.tokens.size(); ++at)
    if (words.token(at) == "iban" && property.is_object() && !property.contains("x-format"))
      property["x-format"] = "iban";
  return property;
}

Passage whole_words(Passage passage) {
  const auto in_word = [](char32_t c) {
    constexpr std::string_view marks = "-/._,'+@#%$&()*:";
    if (c < 0x80 && marks.find(static_cast<char>(c)) != std::string_view::npos) return c != 0;
    return is_of_word(c) || c == 0xAD || (c >= 0x2010 && c <= 0x2015) || c == 0x2019 || c == 0x2212 ||
           c == 0x20AC || c == 0xA3;
  };
  const std::uint32_t begin = passage.begin, end = passage.end;
  while (passage.begin > 0 && begin - passage.begin < longest_word &&
         in_word(character_before(passage.page, passage.begin))) {
    do
      --passage.begin;
    while (passage.begin > 0 && continues_character(passage.page[passage.begin]));
  }
  while (passage.end < passage.page.size() && passage.end - end < longest_word &&
         in_word(character_at(passage.page, passage.end))) {
    std::size_t next = passage.end;
    next_code_point(passage.page, next);
    passage.end = static_cast<std::uint32_t>(next);
  }
  return passage;
}

ValueReading read_value(const json& value, const json& property, const Passage& passage,
                        const Writing& writing) {
  const Passage whole = whole_words(passage);
  if (value.is_number()) return read_number(value, property, whole, writing);
  if (value.is_boolean()) return read_boolean(value.get<bool>(), whole);
  if (value.is_string()) return read_string(value.get_ref<const std::string&>(), property, whole, writing);
  if (!value.is_structured()) return {};
  ValueReading weakest{.says = Says::yes};
  bool any = false;
  read_inside(value, property, whole, writing, weakest, any);
  if (!any) weakest.says = Says::no;
  return weakest;
}

}  // namespace docket
