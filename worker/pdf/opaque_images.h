#pragma once
#include <vector>

#include "worker/pdf/page_to_draw.h"
#include "worker/pdf/paints.h"

namespace docket::worker {

/// Where images of a page lie that nothing shines through. To know, the page is drawn, and its images are
/// decoded: to be made only when it matters.
class OpaqueImages {
 public:
  explicit OpaqueImages(const PageToDraw& page);

  /// Whether the whole of `box` is under one of them. `paints` counts the comparisons; when it has none left,
  /// nothing is hidden.
  bool hide(const Box& box, const Paints& paints) const;

 private:
  std::vector<Box> images_;
};

}  // namespace docket::worker
