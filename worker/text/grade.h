#pragma once
#include <cstddef>
#include <string_view>

#include "pipeline/text.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// How good the text of a document is: good, poor or none.
///
///  - none: fewer than 5 visible characters a page. A scan without OCR; there is nothing to read.
///  - poor: fewer than 40 visible characters a page; or more than half of the pages empty (a scan with a
///    stamp); or what fonts without a map to Unicode and bad OCR look like: more than 5 % of the characters
///    mean nothing (U+FFFD, private use), fewer than half of the words look like words, or fewer than a fifth
///    of at least 100 Latin letters are vowels.
///    Or, of a drawn document: a twentieth of its letters or more have no meaning in their fonts, its letters
///    are exchanged, more letters are hidden than seen, or its pages stand in for a document that is
///    elsewhere.
///  - good: all else.
///
/// A word looks like a word when at least half of it is letters and digits, these are of at most two scripts,
/// and four or more Latin letters have a vowel among them.
std::string_view grade(const Text& text, const DrawnLetters& letters = {});

/// Code points of all pages, blanks and line ends included.
std::size_t character_count(const Text& text);

}  // namespace docket::worker
