#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Which letters of names are the same.
enum class LetterCase {
  ignored,  ///< `a.PDF` is `A.pdf`.
  counts,
};

/// The text in Unicode's composed normal form (NFC): one name has one spelling, whatever system wrote it.
/// Bytes that are not UTF-8 stay as they are.
std::string composed(std::string_view text);

/// The text as all that may be meant by the same name have it: without case in its full sense (`ß` is `ss`),
/// in no special form (`ﬁ`, full width) and without what nobody sees. Bytes that are not UTF-8 stay.
std::string widely_comparable(std::string_view text);
/// Other spellings of a name, which a comparison by bytes takes for others: decomposed, composed, and that.
std::vector<std::string> spellings_of_name(std::string_view name);

/// Arabic letters in the forms that they take within words, and ligatures of them (U+FB50..U+FEFC), as the
/// letters that they are. All else stays.
std::u32string plain_arabic(std::u32string_view text);

/// The letter that stands for all which differ only in case.
char32_t fold_beyond_ascii(char32_t c);
inline char32_t fold(char32_t c) {
  if (c >= 0x80) return fold_beyond_ascii(c);
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}
/// Columns that it takes on a terminal: 2 of an ideograph, 0 of a mark that stands on another character.
int columns_of(char32_t c);
/// The capital letter of it, if it has one.
char32_t capital(char32_t c);

/// 0 to 9, of a decimal digit of any script; nothing: it is none.
std::optional<int> decimal_digit(char32_t c);

/// The one character of which `c` is a form: full width, half width, small, mathematical, a radical alone;
/// `c` itself: of none, or of several.
char32_t plain_form_of(char32_t c);

/// The letters and marks that `c` is made of, whatever its form: `é` is e and an accent, `ﬁ` is f and i.
std::u32string parts_of(char32_t c);

/// What a character is in a word.
enum class WordPart {
  none,       ///< Punctuation, a symbol, a blank, a control.
  letter,     ///< A letter, or a mark that is one, as vowels in India are.
  diacritic,  ///< A mark without which the word is still the same: accents, points of Hebrew and Arabic.
  invisible,  ///< Seen by nobody: zero width, marks of direction, variants of what stands before it.
};
WordPart word_part(char32_t c);

/// `composed`, and folded where case is ignored: equal for names that are the same.
std::string comparable(std::string_view text, LetterCase letters);

}  // namespace docket
