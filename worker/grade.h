#pragma once
#include <cstddef>
#include <string_view>

#include "pipeline/text.h"

namespace docket::worker {

/// How good the text of a document is, and what that was judged by.
///
///  - none: fewer than 5 visible characters a page. A scan without OCR; there is nothing to read.
///  - poor: fewer than 40 visible characters a page, or more than half of the pages empty (a scan with a
///    stamp), or more than 5 % of the characters mean nothing (U+FFFD, private use: fonts without a map to
///    Unicode), or fewer than half of the words look like words (such fonts, or bad OCR).
///  - good: all else.
///
/// A word looks like a word when it is letters or digits with the usual marks around or between them, and,
/// when it is four or more Latin letters, has a vowel.
struct Grade {
  std::string_view name;       ///< good, poor or none.
  std::size_t characters = 0;  ///< Visible ones: code points but for blanks and line ends.
};
Grade grade(const Text& text);

}  // namespace docket::worker
