#pragma once

class OutputDev;
class PDFDoc;
class Page;

namespace docket::worker {

/// A page of a PDF, which can be drawn as often as somebody looks at it. Refers to the document.
class PageToDraw {
 public:
  /// `page` is the page `number` of the document (1: the first).
  PageToDraw(PDFDoc& document, ::Page& page, int number);

  /// Points of the crop box, upright.
  double width() const { return width_; }
  double height() const { return height_; }
  /// Points that the page's own unit has: 1 or more (/UserUnit).
  double unit() const { return unit_; }

  void draw(OutputDev& device) const;

 private:
  PDFDoc& document_;
  int number_;
  double width_, height_, unit_ = 1;
};

}  // namespace docket::worker
