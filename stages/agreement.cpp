#include "stages/agreement.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/reading/comparable_words.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::stages {
namespace {

constexpr double enough_words = 0.9, enough_numbers = 0.95;
/// Percent, of a word that the other reading does not have: no value that rests on it is accepted.
constexpr std::uint8_t confidence_in_doubt = 40;
constexpr char32_t first_without_blanks = 0x2E80;  ///< Scripts of the far east: each character is a word.

/// A word of a text, and the bytes of the text that it stands for.
struct ReadingWord {
  std::string letters;
  std::uint32_t begin = 0, end = 0;
  bool has_digit = false;
};

/// What holds a number together: 1,284.00, 2025-03-14, 12:30.
bool joins_digits(std::string_view text, std::size_t at) {
  constexpr std::string_view joiners = ".,:/'-";
  return joiners.find(text[at]) != joiners.npos && at > 0 && is_digit(text[at - 1]) && at + 1 < text.size() &&
         is_digit(text[at + 1]);
}

std::vector<ReadingWord> words_of(std::string_view text) {
  const ComparableWords comparable = comparable_words(text);
  const std::string_view all = comparable.text;
  std::vector<ReadingWord> words;
  bool goes_on = false;
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(all, at);
    const bool stands_alone = c >= first_without_blanks && !is_of_word(c);
    const bool is_part = c < 0x80 ? is_alnum(all[begin]) || joins_digits(all, begin) : is_of_word(c);
    if (!is_part && !stands_alone) {
      goes_on = false;
      continue;
    }
    if (!goes_on || stands_alone) words.push_back({{}, comparable.begin[begin], 0, false});
    ReadingWord& word = words.back();
    word.letters += all.substr(begin, at - begin);
    word.end = comparable.end[at - 1];
    word.has_digit = word.has_digit || is_digit(all[begin]);
    goes_on = is_part;
  }
  return words;
}

bool overlaps(const Word& word, const ReadingWord& other) {
  return other.begin < word.offset + word.length && word.offset < other.end;
}

}  // namespace

double Agreement::share() const {
  return words == 0 ? 1 : static_cast<double>(equal) / static_cast<double>(words);
}

bool Agreement::in_doubt() const {
  const auto least = enough_numbers * static_cast<double>(numbers);
  return share() < enough_words || static_cast<double>(equal_numbers) < least;
}

Agreement compare_readings(Page& read, std::string_view seen) {
  std::unordered_map<std::string, std::size_t> left;
  Agreement agreement;
  const auto count = [&](const ReadingWord& word) {
    ++agreement.words;
    agreement.numbers += word.has_digit ? 1 : 0;
  };
  for (ReadingWord& word : words_of(seen)) {
    count(word);
    ++left[std::move(word.letters)];
  }
  std::vector<ReadingWord> missing;
  for (ReadingWord& word : words_of(read.text)) {
    count(word);
    const auto found = left.find(word.letters);
    if (found == left.end() || found->second == 0) {
      missing.push_back(std::move(word));
      continue;
    }
    --found->second;
    agreement.equal += 2;
    agreement.equal_numbers += word.has_digit ? 2 : 0;
  }
  // Both lists are in the order of the text.
  auto next = missing.begin();
  for (std::size_t i = 0; i < read.words.size() && i < read.confidence.size(); ++i) {
    const Word& word = read.words[i];
    while (next != missing.end() && next->end <= word.offset)
      ++next;
    if (next != missing.end() && overlaps(word, *next))
      read.confidence[i] = std::min(read.confidence[i], confidence_in_doubt);
  }
  return agreement;
}

}  // namespace docket::stages
