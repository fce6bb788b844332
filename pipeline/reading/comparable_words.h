#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// A text as it is compared with another one that was copied from it: one blank for all white space and the
/// bars between the cells of a table, small letters, one kind of dash and of quotation mark, accents
/// composed, no soft hyphens and nothing else that is not seen; a word that is hyphenated at a line's end is
/// whole.
struct ComparableWords {
  std::string text;
  std::vector<std::uint32_t> begin, end;  ///< Of each of its bytes: the character's bytes in the original.
};

ComparableWords comparable_words(std::string_view text);

/// The spellings of a copied text that are looked for one after the other: with words hyphenated as they are,
/// and, where it has hyphens between letters, with those joined that may stand at a line's end.
std::vector<std::string> spellings(std::string_view copied);

/// A letter or digit of a script that puts blanks between words.
bool is_of_word(char32_t c);

/// Where `words` stand in `text` (both comparable), from `from` on, not beginning or ending within another
/// word; npos: nowhere.
std::size_t find_whole_words(std::string_view text, std::string_view words, std::size_t from);

}  // namespace docket
