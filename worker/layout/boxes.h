#pragma once
#include <limits>

#include "pipeline/text.h"

namespace docket::worker {

/// A place on a page, in the points of its boxes.
struct Point {
  double x = 0, y = 0;
};

/// Whether two boxes have a part in common.
bool meet(const Box& a, const Box& b);

/// Whether the whole of one box is in another.
bool contains(const Box& outer, const Box& inner);

/// What two boxes have in common; where that is nothing, its right edge is left of its left one, or its
/// bottom above its top.
Box common(const Box& a, const Box& b);

/// False, if any edge is no number or too large for one.
bool is_finite(const Box& box);

/// Grows around points.
class Bounds {
 public:
  void add(const Point& p);
  const Box& box() const { return box_; }

 private:
  static constexpr float far = std::numeric_limits<float>::max();
  Box box_{far, far, -far, -far};
};

}  // namespace docket::worker
