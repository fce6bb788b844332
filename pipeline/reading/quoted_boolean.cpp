#include "pipeline/reading/quoted_boolean.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "pipeline/reading/comparable_words.h"
#include "pipeline/reading/text_match.h"
#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using Says = ValueReading::Says;

/// The words of a passage among those of its lines.
struct WordsInLine {
  std::string text;
  std::size_t begin = 0, end = 0;
};

WordsInLine words_in_line(const Passage& passage) {
  const ByteRange lines = lines_of(passage);
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

}  // namespace

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
      if (end <= words.end && stands_whole(words.text, at, end, TextKind::words) &&
          is_answer(words.text, at, end))
        return true;
    }
    return false;
  };
  const bool says_yes = std::ranges::any_of(yes, in_words), says_no = std::ranges::any_of(no, in_words);
  if (says_yes == says_no) return {.says = Says::cannot_tell};
  return {.says = says_yes == value ? Says::yes : Says::no};
}

}  // namespace docket
