#pragma once
#include "worker/drawing_state.h"
#include "worker/glyph.h"
#include "worker/letter_measure.h"
#include "worker/paints.h"

class GfxState;

namespace docket::worker {

/// Judges whether a letter is seen at the moment when it is drawn: where it stands, and its ink against what
/// lies beneath. In doubt (over an image, a pattern, a gradient, half-transparent paint) it is.
class LetterJudge {
 public:
  /// The page's width and height in points, and how many of them its unit is (/UserUnit).
  LetterJudge(float width, float height, float unit);

  Unseen judge(GfxState& state, const LetterMeasure& letter, DrawingState& drawing,
               const Paints& beneath) const;

 private:
  float width_, height_, smallest_;
};

}  // namespace docket::worker
