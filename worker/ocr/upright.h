#pragma once
#include "pipeline/text.h"
#include "worker/ocr/pix.h"

namespace docket::worker {

/// How a picture of a page was turned and scaled before it was read, and the way back.
class Upright {
 public:
  /// `picture` shows a page of `width` times `height` points.
  Upright(const Pix& picture, float width, float height);

  // What is done with the picture, in this order; null: there was no memory.
  PixPtr turned(const Pix& picture, int quarter_turns);  ///< Clockwise.
  PixPtr scaled(const Pix& picture, float scale);
  PixPtr rotated(const Pix& picture, float degrees);  ///< Clockwise; the picture grows, nothing is cut off.

  int quarter_turns() const { return quarter_turns_; }
  float degrees() const { return degrees_; }

  /// Points that a pixel of the picture that is read has.
  float points() const;
  /// From there, in pixels, to the page as the file has it, in points.
  Box on_page(const Box& box) const;

 private:
  struct Size {
    float width = 0, height = 0;
  };
  Size page_, first_, turned_, scaled_, rotated_;
  int quarter_turns_ = 0;
  float scale_ = 1, degrees_ = 0;
};

}  // namespace docket::worker
