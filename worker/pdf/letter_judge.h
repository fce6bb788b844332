#pragma once
#include "worker/pdf/drawing_state.h"
#include "worker/pdf/glyph.h"
#include "worker/pdf/letter_measure.h"
#include "worker/pdf/paints.h"

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
