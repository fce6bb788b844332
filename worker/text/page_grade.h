#pragma once
#include <cstddef>
#include <string_view>

namespace docket::worker {

/// What one page is like, as far as its text layer tells: counts, so that those of pages add up.
struct PageGrade {
  // Of the text.
  std::size_t characters = 0;     ///< Visible ones: blanks do not count.
  std::size_t meaningless = 0;    ///< Of those: U+FFFD, private use.
  std::size_t words = 0;          ///< With a letter or digit in them.
  std::size_t likely_words = 0;   ///< Of those: what looks like a word, see looks_like_word in the source.
  std::size_t long_words = 0;     ///< Four Latin letters or more, and nothing else but accented ones.
  std::size_t spelled_words = 0;  ///< Of those: made of pairs of letters that some language has.
  std::size_t latin_letters = 0, latin_vowels = 0;

  // Of the drawing; all zero for what is not drawn.
  std::size_t drawn = 0;       ///< Letters that are seen.
  std::size_t unreadable = 0;  ///< Of those: their font does not say what they are, or says a control code.
  std::size_t unseen = 0;      ///< Letters left out: they are on the page, and nobody sees them.
  std::size_t beneath_images = 0;  ///< Of the drawn: the text of a scan, which is not painted itself.
  std::size_t paints = 0;          ///< Paths and images, letters not counted.
  float images = 0;                ///< Share of the page that images take, when none is above another.
  bool is_drawn = false;           ///< Can be read as an image.
  bool is_exchanged = false;       ///< The letters of the document are exchanged, see letters.h.
};

/// Adds what the text of a page says.
void add_text(PageGrade& page, std::string_view text);

/// The sum of two pages; `images` becomes the larger.
PageGrade operator+(const PageGrade& a, const PageGrade& b);

/// Whether the characters are not those that a person sees: more than 5 % of them mean nothing (U+FFFD,
/// private use) or come from fonts that do not say what they are; or fewer than half of the words look like
/// words; or, of 20 long words or more, fewer than half are made of pairs of letters that any language has;
/// or the letters of the whole document are exchanged.
bool is_garbled(const PageGrade& page);

/// Why a page should be read as an image: a person sees something else on it than its text layer says.
///
///  - garbled: its text is, see above.
///  - image: images take half of it and it has fewer than 200 characters, unless these are the text of that
///    image; or images take a tenth of it and it has fewer than 40 characters, or more hidden than seen.
///  - drawings: it has fewer than 40 characters, and many drawings, which may be letters.
///
/// Empty: it need not, for its text says all, or it is empty itself, or it is not drawn.
std::string_view why_ocr(const PageGrade& page);
inline bool needs_ocr(const PageGrade& page) { return !why_ocr(page).empty(); }

/// The grade of one page: `none` with fewer than 5 characters, `poor` when it is garbled or needs OCR, else
/// `good`.
std::string_view grade(const PageGrade& page);

}  // namespace docket::worker
