#include "pipeline/reading/text_match.h"

#include <algorithm>
#include <vector>

#include "pipeline/reading/comparable_words.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::size_t short_code = 5;  ///< Characters: shorter codes are not put together over blanks.
constexpr std::size_t long_code = 8;   ///< From there on marks between characters do not count either.

/// A mark that makes one word or code of what stands on both its sides.
bool joins(char mark, TextKind kind, char32_t before, char32_t after) {
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
      return kind == TextKind::code;
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

}  // namespace

bool has_digit(std::string_view text) { return std::ranges::any_of(text, is_digit); }

bool stands_whole(std::string_view text, std::size_t begin, std::size_t end, TextKind kind) {
  if (begin > 1 && is_of_word(character_at(text, begin))) {
    const char32_t before = character_before(text, begin - 1);
    if (is_of_word(before) && joins(text[begin - 1], kind, before, character_at(text, begin)) &&
        !(kind == TextKind::code && is_announced(text, begin - 1)))
      return false;
  }
  if (end + 1 < text.size() && is_of_word(character_before(text, end))) {
    const char32_t after = character_at(text, end + 1);
    if (is_of_word(after) && joins(text[end], kind, character_before(text, end), after)) return false;
  }
  return true;
}

bool stands_in(std::string_view text, std::string_view words, TextKind kind) {
  for (std::size_t at = find_whole_words(text, words, 0); at != std::string_view::npos;
       at = find_whole_words(text, words, at + 1))
    if (stands_whole(text, at, at + words.size(), kind)) return true;
  return false;
}

std::string without_marks(std::string_view words) {
  std::string bare;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(words, at);
    const bool within =
        is_of_word(character_before(words, begin)) && is_of_word(character_at(words, at)) &&
        joins(words[begin], TextKind::words, character_before(words, begin), character_at(words, at));
    if (is_of_word(c) || c >= 0x0E00 || within)
      bare += words.substr(begin, at - begin);
    else if (!bare.empty() && bare.back() != ' ')
      bare += ' ';
  }
  return std::string(trim(bare));
}

bool text_in(const std::string& value, std::string_view words) {
  const bool code = has_digit(value);
  const TextKind kind = code ? TextKind::code : TextKind::words;
  const std::string bare = without_marks(words);
  for (const std::string& spelling : spellings(value)) {
    if (stands_in(words, spelling, kind)) return true;
    const std::string bare_value = without_marks(spelling);
    const bool is_text = !code || std::ranges::count(bare_value, ' ') >= 2;
    if (is_text && stands_in(bare, bare_value, kind)) return true;
    if (code && (compact_stands_in(words, spelling, true) || compact_stands_in(words, spelling, false)))
      return true;
  }
  return false;
}

}  // namespace docket
