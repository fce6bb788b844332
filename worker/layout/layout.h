#pragma once
#include <string>
#include <vector>

#include "pipeline/text.h"

namespace docket::worker {

/// A piece of text as the parser found it: a word, or a part of one.
struct PlacedWord {
  Box box;
  std::string text;          ///< Valid UTF-8, clean (see clean_text.h); blanks within it part words.
  int quarter_turns = 0;     ///< 0..3, clockwise: which way its lines run.
  bool space_after = false;  ///< The parser saw a blank behind it.
};

/// Words whose lines are slanted.
struct PlacedText {
  float slant = 0;                ///< Degrees, clockwise, off the direction of the page's words.
  std::vector<PlacedWord> words;  ///< Their boxes stand on the page turned back by this round its middle, and
                                  ///< made smaller by as much as keeps it within its bounds.
};

/// The page in reading order.
///
/// Words whose boxes stand side by side are one line; parts without a blank between them are one word. Within
/// a line, words of one phrase are a blank apart and cells at least two, as many as keep the columns of
/// neighbouring lines in line. Where a page is set in columns of prose, column comes after column. Paragraphs
/// are an empty line apart. Text that runs in another direction comes last, and slanted
/// text behind it: what is not the first of `texts`. A soft hyphen is a hyphen, but for the end of a line
/// within a word, where it stays for join_hyphenated_words().
Page lay_out(float width, float height, const std::vector<PlacedText>& texts);

}  // namespace docket::worker
