#include "worker/right_to_left.h"

#include <algorithm>

#include "pipeline/support/utf8.h"
#include "worker/clean_text.h"

namespace docket::worker {
namespace {

bool has_right_to_left(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (is_right_to_left(next_code_point(text, at))) return true;
  }
  return false;
}

/// Letters and digits that are read from left to right wherever they stand.
bool keeps_order(char32_t c) {
  const char32_t lower = c | 0x20;
  return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '.' || c == ',' ||
         (c >= 0x660 && c <= 0x669) || (c >= 0x6F0 && c <= 0x6F9);
}

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

std::string in_reading_order(std::string_view word) {
  if (!has_right_to_left(word)) return std::string(word);
  std::u32string letters;
  for (std::size_t at = 0; at < word.size();) {
    letters += next_code_point(word, at);
  }
  std::reverse(letters.begin(), letters.end());
  turn_back(letters.begin(), letters.end(), keeps_order);
  std::string out;
  for (const char32_t c : letters) {
    append_utf8(out, c);
  }
  return out;
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
