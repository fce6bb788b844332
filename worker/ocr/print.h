#pragma once
#include "worker/ocr/pix.h"

namespace docket::worker {

/// The letters that a picture of a page shows, as far as that can be told before they are read.
struct Print {
  float height = 0;  ///< Of the usual letter, in pixels; 0: there are hardly any.
  bool is_broken =
      false;  ///< Letters fall apart into dots and strokes: faint, printed by needles, sharpened.
};

Print print_of(const Pix& grey);

/// Ink is 1. Null: there was no memory.
PixPtr black_and_white(const Pix& grey);

/// What belongs to one letter runs together, where it is no farther apart than an eighth of `height`.
PixPtr softened(const Pix& grey, float height);

}  // namespace docket::worker
