#pragma once
#include <array>

#include "worker/layout/boxes.h"

class GfxState;

namespace docket::worker {

/// Where a letter stands on the page, and how large it is, in points.
struct LetterMeasure {
  Box core;           ///< The middle of the letter: what is there is seen of it.
  Point at;           ///< Where it begins.
  float size = 0;     ///< Its width or height, whichever is smaller.
  float height = 0;   ///< Of its type.
  float advance = 0;  ///< To the next letter, without what is put between letters.
  float angle = 0;    ///< Degrees, clockwise: which way its line runs.
};

/// Measures the letters of a page one after the other.
class LetterRuler {
 public:
  /// The letter that poppler is about to draw at (x, y), and from there the next one at (x + dx, y + dy).
  LetterMeasure measure(GfxState& state, double x, double y, double dx, double dy);

 private:
  // Of the last letter: hardly ever another one.
  std::array<double, 4> matrix_ = {};
  float angle_ = 0, wide_ = 0, high_ = 0;
};

}  // namespace docket::worker
