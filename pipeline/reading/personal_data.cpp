#include "pipeline/reading/personal_data.h"

#include <algorithm>

#include "pipeline/reading/codes.h"
#include "pipeline/reading/letter_spaced.h"
#include "pipeline/reading/personal_parts.h"
#include "pipeline/reading/plain.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {

std::string_view name(PersonalKind kind) {
  switch (kind) {
    case PersonalKind::email:
      return "email";
    case PersonalKind::iban:
      return "iban";
    case PersonalKind::card:
      return "card";
    case PersonalKind::national_id:
      return "national_id";
    case PersonalKind::phone:
      return "phone";
  }
  return "email";
}

std::string signs_of(std::string_view plain) {
  std::string signs;
  for (const char c : plain)
    if (is_alnum(c)) signs += to_upper(c);
  return signs;
}

std::uint32_t skip_between_signs(std::string_view text, std::uint32_t at) {
  constexpr std::uint32_t widest = 3;
  std::uint32_t marks = 0, line_ends = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\n') {
      if (++line_ends > 1) break;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      if (line_ends == 0) ++marks;
    } else if (c == '-' || c == '.' || c == '/' || c == '(' || c == ')') {
      ++marks;
    } else {
      break;
    }
    if (marks > widest) {  // A line may end with blanks.
      const std::size_t next = text.find_first_not_of(" \t\r", at);
      if (next == std::string_view::npos || text[next] != '\n' || line_ends > 0) break;
      at = static_cast<std::uint32_t>(next);
      marks = 0;
      continue;
    }
    ++at;
  }
  return at;
}

namespace {

/// Over empty lines, page breaks, columns and all that is no letter and no digit.
std::uint32_t skip_wide_gap(std::string_view text, std::uint32_t at) {
  constexpr std::uint32_t widest = 64;
  std::size_t next = at;
  while (next < text.size() && next < at + widest && !is_alnum(text[next])) {
    if (static_cast<unsigned char>(text[next]) < 0x80)
      ++next;
    else if (word_part(next_code_point(text, next)) == WordPart::letter)
      return at;
  }
  return static_cast<std::uint32_t>(next);
}

}  // namespace

SignRun read_signs(std::string_view text, std::uint32_t at, std::size_t most, Gaps gaps) {
  SignRun run;
  while (run.signs.size() < most) {
    std::uint32_t next = at;
    if (!run.signs.empty())
      next = gaps == Gaps::wide ? skip_wide_gap(text, at) : skip_between_signs(text, at);
    if (next >= text.size() || !is_alnum(text[next])) break;
    run.signs += to_upper(text[next]);
    at = next + 1;
    run.ends.push_back(at);
  }
  return run;
}

std::uint32_t skip_blocks(std::string_view text, std::uint32_t at) {
  constexpr std::size_t block = 4, card = 16;
  SignRun run = read_signs(text, at, block);
  if (run.signs.size() < block || is_within_word(text, at)) return at;
  const bool is_card_like =
      std::ranges::all_of(run.signs, is_digit) && run.signs[0] >= '2' && run.signs[0] <= '6';
  const bool is_iban_like = is_digit(run.signs[2]) && is_digit(run.signs[3]);
  const std::size_t length = is_card_like ? card : is_iban_like ? iban_length(run.signs.substr(0, 2)) : 0;
  run = read_signs(text, at, length);
  if (length == 0 || run.signs.size() < length || has_sign_at(text, run.ends.back())) return at;
  for (std::size_t i = 1; i < length; ++i)
    if ((run.ends[i] > run.ends[i - 1] + 1) != (i % block == 0)) return at;
  return run.ends.back();
}

bool has_sign_before(std::string_view text, std::uint32_t at) { return at > 0 && is_alnum(text[at - 1]); }
bool has_sign_at(std::string_view text, std::uint32_t at) { return at < text.size() && is_alnum(text[at]); }
bool is_within_word(std::string_view text, std::uint32_t at) {
  return at > 0 && (is_alnum(text[at - 1]) || text[at - 1] == '_');
}

std::string words_before(std::string_view text, std::uint32_t at, std::uint32_t from) {
  std::uint32_t begin = std::max(from, at - std::min(at, looked_at_before));
  const std::size_t line = text.substr(begin, at - begin).rfind('\n');
  if (line != std::string_view::npos) begin += static_cast<std::uint32_t>(line) + 1;
  return words_apart(text.substr(begin, at - begin));
}

bool has_word(std::string_view words, std::string_view list) {
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    const std::string_view word = words.substr(begin, end - begin);
    for (std::size_t at = 0; end > begin && (at = list.find(word, at)) != std::string_view::npos; ++at) {
      const std::size_t behind = at + word.size();
      if ((at == 0 || list[at - 1] == ' ') && (behind == list.size() || list[behind] == ' ')) return true;
    }
    begin = end + 1;
  }
  return false;
}

bool is_iban(std::string_view signs) {
  if (signs.size() < 4 || iban_length(signs.substr(0, 2)) != signs.size()) return false;
  const std::vector<CodeFound> found = find_ibans(signs, 0, static_cast<std::uint32_t>(signs.size()));
  return found.size() == 1 && found.front().end == signs.size();
}

namespace {

/// The length of an account number by the country that is named at `at`, its letters apart (`D E 8 9`) only
/// where a word begins; 0: there is none.
std::size_t length_by_country(std::string_view text, std::uint32_t at) {
  if (!is_alpha(text[at])) return 0;
  if (!is_alpha(text[at + 1])) {
    if (is_within_word(text, at) || is_digit(text[at + 1])) return 0;
    return iban_length(read_signs(text, at, 2, Gaps::wide).signs);
  }
  const bool begins = !is_within_word(text, at) || (at >= 4 && to_lower(text.substr(at - 4, 4)) == "iban") ||
                      (is_upper(text[at]) && is_upper(text[at + 1]));
  return begins ? iban_length(to_upper(text.substr(at, 2))) : 0;
}

}  // namespace

// Check digits and length prove so much that it does not matter what stands beside it, if it is in capitals.
void find_account_numbers(std::string_view text, std::vector<PersonalValue>& found) {
  for (std::uint32_t at = 0; at + 4 < text.size(); ++at) {
    const std::size_t length = length_by_country(text, at);
    if (length == 0) continue;
    for (const Gaps gaps : {Gaps::narrow, Gaps::wide}) {
      const SignRun run = read_signs(text, at, length, gaps);
      if (run.signs.size() < length || !is_digit(run.signs[2]) || !is_digit(run.signs[3]) ||
          !is_iban(run.signs))
        continue;
      found.push_back({PersonalKind::iban, at, run.ends.back(), 2, is_iban});
      at = run.ends.back() - 1;
      break;
    }
  }
}

bool is_luhn(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int value = (digits[digits.size() - 1 - i] - '0') * (i % 2 == 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0;
}

namespace {

/// Numbers of the networks by their first digits (ISO/IEC 7812), and how long they are.
bool is_card(std::string_view signs) {
  const std::size_t length = signs.size();
  if (length < 13 || length > 19 || !std::ranges::all_of(signs, is_digit)) return false;
  const int four =
      (signs[0] - '0') * 1000 + (signs[1] - '0') * 100 + (signs[2] - '0') * 10 + (signs[3] - '0');
  const int two = four / 100;
  const bool is_known = (four / 1000 == 4 && (length == 13 || length == 16 || length == 19)) ||
                        (((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) && length == 16) ||
                        ((two == 34 || two == 37) && length == 15) ||
                        ((two == 36 || two == 38 || two == 39 || four / 10 == 309 || four / 10 <= 305) &&
                         two >= 30 && two <= 39 && length >= 14) ||
                        (two == 35 && length >= 16) ||
                        ((two == 50 || (two >= 56 && two <= 69) || two == 81 || two == 82) && length >= 13);
  return is_known && is_luhn(signs);
}

/// In fours or sign by sign, as a card has it, or in two halves: other numbers stand in columns and lists,
/// too.
bool is_in_fours(const SignRun& run, std::size_t length) {
  if (length != 16) return false;
  std::size_t gaps = 0, others = 0;
  for (std::size_t i = 1; i < length; ++i)
    if (run.ends[i] - run.ends[i - 1] > 1) ++(i % 4 == 0 ? gaps : others);
  return others == 0 || gaps + others == length - 1;
}

}  // namespace

void find_cards(std::string_view text, std::vector<PersonalValue>& found) {
  constexpr std::size_t shortest = 13, longest = 19;
  const auto is_in_number = [&](std::uint32_t at) { return at > 0 && is_digit(text[at - 1]); };
  const auto find_at = [&](std::uint32_t at, Gaps gaps) -> std::uint32_t {
    const SignRun run = read_signs(text, at, longest, gaps);
    for (std::size_t length = run.signs.size(); length >= shortest; --length) {
      const std::uint32_t end = run.ends[length - 1];
      const bool is_in_one_piece = end - at == length;  // Then letters may touch it.
      if (!is_in_one_piece && (has_sign_at(text, end) || is_within_word(text, at))) continue;
      if (end < text.size() && is_digit(text[end])) continue;
      if (gaps == Gaps::wide && !is_in_fours(run, length)) continue;
      if (is_card(std::string_view(run.signs).substr(0, length))) return end;
    }
    return at;
  };
  for (std::uint32_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at]) || is_in_number(at)) continue;
    std::uint32_t end = find_at(at, Gaps::narrow);
    if (end == at) end = find_at(at, Gaps::wide);
    if (end == at) continue;
    found.push_back({PersonalKind::card, at, end, 1, is_card});
    at = end - 1;
  }
}

namespace {

/// Of those of a text in plain characters the ones that count, with their places in the text itself.
std::vector<PersonalValue> apart(const PlainText& plain, const std::vector<PersonalValue>& all,
                                 std::string_view text) {
  // Of two that overlap the one counts whose kind is surer, so the one that was found first.
  std::vector<PersonalValue> kept;
  std::vector<bool> is_taken(plain.text().size());
  for (const PersonalValue& value : all) {
    const auto begin = is_taken.begin() + value.begin, end = is_taken.begin() + value.end;
    if (std::find(begin, end, true) != end) continue;
    std::fill(begin, end, true);
    kept.push_back(value);
  }
  std::ranges::sort(kept, {}, &PersonalValue::begin);
  for (PersonalValue& value : kept) {
    // Up to the last sign: what nobody sees behind it stays.
    std::uint32_t last = plain.origin(value.end - 1) + 1;
    while (last < text.size() && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80)
      ++last;
    value.begin = plain.origin(value.begin);
    value.end = last;
  }
  return kept;
}

}  // namespace

namespace {

using Find = void (*)(std::string_view text, std::vector<PersonalValue>& found);

/// Each kind in the text as it is and closed up: there it is whole. What is found is blotted out for the
/// kinds behind it, so that a telephone number ends where the number of a card begins.
class Search {
 public:
  explicit Search(const PlainText& plain)
      : closed_(plain.text()), left_(plain.text()), closed_left_(closed_.text()) {}

  void look_for(Find find) {
    std::vector<PersonalValue> found;
    if (closed_.is_changed()) find(closed_left_, found);
    for (PersonalValue& value : found) {
      value.begin = closed_.origin(value.begin);
      value.end = closed_.origin(value.end - 1) + 1;
      take(value);
    }
    found.clear();
    find(left_, found);
    for (const PersonalValue& value : found)
      if (!is_within_number(value)) take(value);
  }
  const std::vector<PersonalValue>& all() const { return all_; }

 private:
  /// The 0 of R 2 0 2 4 1 2 3 4 5 begins no telephone number.
  bool is_within_number(const PersonalValue& value) const {
    return value.kind == PersonalKind::phone && closed_.is_changed() && closed_.is_behind_digit(value.begin);
  }

  void take(const PersonalValue& value) {
    constexpr char blot = '\x01';
    all_.push_back(value);
    std::fill(left_.begin() + value.begin, left_.begin() + value.end, blot);
    if (!closed_.is_changed()) return;
    const auto end = closed_left_.begin() + closed_.place_of(value.end);
    std::fill(closed_left_.begin() + closed_.place_of(value.begin), end, blot);
  }

  const ClosedUp closed_;
  std::string left_, closed_left_;
  std::vector<PersonalValue> all_;
};

}  // namespace

std::vector<PersonalValue> find_personal_data(std::string_view text) {
  const PlainText plain(text);
  Search search(plain);
  for (const Find find :
       {find_mail_addresses, find_account_numbers, find_cards, find_national_ids, find_phone_numbers})
    search.look_for(find);
  return apart(plain, search.all(), text);
}

std::vector<PersonalValue> find_addresses(std::string_view text) {
  const PlainText plain(text);
  Search search(plain);
  search.look_for(find_mail_addresses);
  return apart(plain, search.all(), text);
}

}  // namespace docket
