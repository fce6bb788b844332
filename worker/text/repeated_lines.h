#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/text.h"

namespace docket::worker {

/// A line that stands at the head or the foot of several pages.
struct RepeatedLine {
  /// Bytes of a page's text, with the line's end.
  struct Place {
    std::size_t page = 0;  ///< From 0.
    std::uint32_t begin = 0, end = 0;
  };
  std::string text;           ///< As it stands first, trimmed, runs of blanks as one.
  bool is_foot = false;       ///< Among the last lines of its pages; else among the first.
  std::vector<Place> places;  ///< In order; three or more.
};

/// Lines that are the same among the first three or the last three of at least three pages and of half of
/// the pages from the first such to the last, and stand at the same height of the page. Numbers in them must
/// be the same too, or count the pages: `Page 3 of 40` is one line on all pages, and `Total 119.00` is the
/// same line only with the same amount. By the order of their first pages.
std::vector<RepeatedLine> repeated_lines(const Text& text);

/// Leaves each line where it stands first, and takes it out of the other pages.
void keep_once(Text& text, const std::vector<RepeatedLine>& lines);

}  // namespace docket::worker
