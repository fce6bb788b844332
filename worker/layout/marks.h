#pragma once
#include <string>
#include <vector>

#include "worker/layout/layout.h"

namespace docket::worker {

/// A word as poppler drew it together: letters from left to right, whatever their script.
struct DrawnWord {
  Box box;
  std::u32string letters;
  std::vector<float> edges;  ///< Where each letter begins along the line, and where the last one ends.
  int quarter_turns = 0;
  bool space_after = false;
};

/// Words as they are read: accents behind their letter, also where they were drawn before it or by
/// themselves; words written from right to left turned round, with brackets that open where they begin; clean
/// characters. A soft hyphen stays one: it was drawn, and what stands behind it decides.
std::vector<PlacedWord> written(std::vector<DrawnWord> words);

}  // namespace docket::worker
