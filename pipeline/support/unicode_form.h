#pragma once
#include <string>
#include <string_view>

namespace docket {

/// Which letters of names are the same.
enum class LetterCase {
  ignored,  ///< `a.PDF` is `A.pdf`.
  counts,
};

/// The text in Unicode's composed normal form (NFC): one name has one spelling, whatever system wrote it.
/// Bytes that are not UTF-8 stay as they are.
std::string composed(std::string_view text);

/// Arabic letters in the forms that they take within words, and ligatures of them (U+FB50..U+FEFC), as the
/// letters that they are. All else stays.
std::u32string plain_arabic(std::u32string_view text);

/// The letter that stands for all which differ only in case.
char32_t fold_beyond_ascii(char32_t c);
inline char32_t fold(char32_t c) {
  if (c >= 0x80) return fold_beyond_ascii(c);
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}
/// The capital letter of it, if it has one.
char32_t capital(char32_t c);

/// `composed`, and folded where case is ignored: equal for names that are the same.
std::string comparable(std::string_view text, LetterCase letters);

}  // namespace docket
