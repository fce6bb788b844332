#include "worker/layout/right_to_left.h"

#include <algorithm>
#include <vector>

#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

bool has_right_to_left(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_right_to_left(next_code_point(text, at))) return true;
  }
  return false;
}

bool is_digit(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9);
}

/// Letters and digits that are read from left to right wherever they stand.
bool keeps_order(char32_t c) {
  const char32_t lower = c | 0x20;
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || (c >= 0xC0 && c <= 0x24F) || c == '.' || c == ',' ||
         (is_mark(c) && c < 0x370);
}

bool is_one_of(char32_t c, std::u32string_view set) { return set.find(c) != set.npos; }

/// The same for letter `i` of `text`: what stands between two digits, or is written to a number, is a part of
/// it.
bool keeps_order_at(std::u32string_view text, std::size_t i) {
  const bool after = i > 0 && is_digit(text[i - 1]), before = i + 1 < text.size() && is_digit(text[i + 1]);
  if (is_one_of(text[i], U"/:-+\u2010\u2011\u2212")) return after && before;
  if (is_one_of(text[i], U"%#$\u00A2\u00A3\u00A4\u00A5\u20AA\u20AC\u00B0\u066A")) return after || before;
  return keeps_order(text[i]);
}

constexpr std::u32string_view opening = U"([{<\u00AB\u2039", closing = U")]}>\u00BB\u203A";

/// Turns each stretch round whose members all hold `keeps`: the second turn gives them back their order.
template <class Iterator, class Keeps>
void turn_back(Iterator first, Iterator last, Keeps keeps) {
  while (first != last) {
    first = std::find_if(first, last, keeps);
    const auto end = std::find_if_not(first, last, keeps);
    std::reverse(first, end);
    first = end;
  }
}

}  // namespace

std::u32string in_reading_order(std::u32string_view word) {
  std::vector<std::u32string> letters;  // With their marks.
  std::vector<char> keeps;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (is_mark(word[i]) && !letters.empty()) {
      letters.back() += word[i];
      continue;
    }
    letters.emplace_back(1, word[i]);
    keeps.push_back(keeps_order_at(word, i) ? 1 : 0);
  }
  std::u32string out;
  for (std::size_t end = letters.size(); end > 0;) {
    std::size_t first = end - 1;
    while (keeps[end - 1] != 0 && first > 0 && keeps[first - 1] != 0)
      --first;
    for (std::size_t i = first; i < end; ++i)
      out += letters[i];
    end = first;
  }
  return plain_arabic(out);
}

bool opens(char32_t c) { return is_one_of(c, opening); }
bool closes(char32_t c) { return is_one_of(c, closing); }

char32_t mirrored(char32_t c) {
  if (const std::size_t at = opening.find(c); at != opening.npos) return closing[at];
  if (const std::size_t at = closing.find(c); at != closing.npos) return opening[at];
  return c;
}

void put_in_reading_order(Line& line) {
  const auto reads_left = [](const Piece& piece) { return has_right_to_left(piece.text); };
  const auto leftward = std::count_if(line.pieces.begin(), line.pieces.end(), reads_left);
  line.right_to_left = leftward > 0 && static_cast<std::size_t>(leftward) * 2 >= line.pieces.size();
  if (!line.right_to_left) return;
  std::reverse(line.pieces.begin(), line.pieces.end());
  turn_back(line.pieces.begin(), line.pieces.end(), [&](const Piece& piece) { return !reads_left(piece); });
}

}  // namespace docket::worker
