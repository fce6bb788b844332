#include "worker/ocr/split_words.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

bool is_mark(char c) { return c == '.' || c == ','; }

/// "73.", "RM1,204.", "(5,": digits in thousands, a mark, and before them at most a currency.
bool is_whole_part(std::string_view word) {
  constexpr std::size_t longest_currency = 4;
  if (word.size() < 2 || !is_mark(word.back())) return false;
  word.remove_suffix(1);
  const std::size_t first = word.find_first_of("0123456789");
  if (first > longest_currency || !is_digit(word.back())) return false;  // npos too: no digit.
  return std::ranges::all_of(word.substr(first), [](char c) { return is_digit(c) || is_mark(c); });
}

/// "00", "50-", "00*": two digits, and nothing that a longer number would go on with.
bool is_decimals(std::string_view word) {
  if (word.size() < 2 || !is_digit(word[0]) || !is_digit(word[1])) return false;
  return std::ranges::none_of(word.substr(2), [](char c) {
    return is_digit(c) || is_mark(c) || is_alpha(c) || c == '/' || c == ':';
  });
}

/// On one line, and no farther apart than the width of a character.
bool is_right_behind(const ReadWord& word, const ReadWord& next) {
  const float height = word.box.bottom - word.box.top;
  const float shared = std::min(word.box.bottom, next.box.bottom) - std::max(word.box.top, next.box.top);
  const float gap = next.box.left - word.box.right;
  return shared > height / 2 && gap > -height / 2 && gap < 0.9F * height;
}

void join(ReadWord& word, const ReadWord& next) {
  word.text += next.text;
  word.box = {word.box.left, std::min(word.box.top, next.box.top), std::max(word.box.right, next.box.right),
              std::max(word.box.bottom, next.box.bottom)};
  word.confidence = std::min(word.confidence, next.confidence);
}

}  // namespace

void join_split_amounts(std::vector<ReadWord>& words) {
  std::vector<ReadWord> joined;
  for (ReadWord& word : words) {
    const bool goes_on = !joined.empty() && is_whole_part(joined.back().text) && is_decimals(word.text) &&
                         is_right_behind(joined.back(), word);
    if (goes_on)
      join(joined.back(), word);
    else
      joined.push_back(std::move(word));
  }
  words = std::move(joined);
}

}  // namespace docket::worker
