#pragma once
#include <string_view>
#include <vector>

#include "pipeline/text.h"

namespace docket::worker {

/// A word on its way through the layout.
struct Piece {
  Box at;   ///< Turned so that its line runs to the right.
  Box box;  ///< On the page.
  std::string_view text;
  bool space_after = false;
};

/// Pieces that stand side by side, from left to right; put_in_reading_order() may change that.
struct Line {
  std::vector<Piece> pieces;
  bool right_to_left = false;
  float left = 0, right = 0, top = 0, bottom = 0;
  float height() const { return bottom - top; }
};

/// Mean width of the characters of a piece, in points.
float width_per_character(const Piece& piece);

/// Made of letters, for the most part.
bool is_word(std::string_view text);

/// The middle one of `values`, 0 without any.
float median(std::vector<float> values);

/// Sorts the pieces into lines, from top to bottom.
std::vector<Line> make_lines(std::vector<Piece> pieces);

/// The gap from which two neighbours of `line` are two cells and not two words.
float cell_gap(const Line& line);

}  // namespace docket::worker
