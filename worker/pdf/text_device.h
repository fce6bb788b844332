#pragma once
#include <TextOutputDev.h>

#include <vector>

#include "worker/layout/layout.h"

namespace docket::worker {

/// A letter that poppler draws, as it says of it.
struct ShownLetter {
  GfxState* state;
  double x, y;                ///< Where it begins, its origin included.
  double dx, dy;              ///< From there to the next one.
  double origin_x, origin_y;  ///< Of text that runs downwards.
  CharCode code;
  int bytes;  ///< Of the code.
  const Unicode* text;
  int length;  ///< Of `text`; several: a ligature, 0: its font does not say.
};

/// Passes letters on to poppler's text page, which makes words of them. What is a blank always goes there,
/// and a soft hyphen that is not drawn never does. The other letters come in the order of the page: it is the
/// same each time the page is drawn.
class TextDevice : public TextOutputDev {
 public:
  TextDevice() : TextOutputDev(nullptr, nullptr, false, 0, false) {}

  /// Content of layers that are off is then not even looked at.
  bool needCharCount() override { return false; }
  void drawChar(GfxState* state, double x, double y, double dx, double dy, double origin_x, double origin_y,
                CharCode code, int bytes, const Unicode* text, int length) override;

  /// Of the letters that were passed on, once the page is drawn.
  std::vector<PlacedWord> words();

 protected:
  /// Judges a letter that is no blank, and passes it on if it is wanted.
  virtual void draw_letter(const ShownLetter& letter) = 0;
  void pass_on(const ShownLetter& letter);
};

}  // namespace docket::worker
