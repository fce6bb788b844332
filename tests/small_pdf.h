#pragma once
#include <string>
#include <vector>

namespace docket {

/// Text at a place on a page, in points from the top left; turned clockwise by `degrees`.
struct Written {
  double x = 0, y = 0;
  std::string text;  ///< Latin-1.
  double size = 10;
  int degrees = 0;
};

struct SmallPage {
  std::vector<Written> text;
  int rotate = 0;  ///< /Rotate of the page.
};

/// A whole, valid PDF of A4 pages in Helvetica.
std::string small_pdf(const std::vector<SmallPage>& pages);

}  // namespace docket
