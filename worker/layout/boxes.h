#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/text.h"

namespace docket::worker {

/// A place on a page, in the points of its boxes.
struct Point {
  double x = 0, y = 0;
};

/// Whether two boxes have a part in common.
inline bool meet(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/// Whether the whole of one box is in another.
inline bool contains(const Box& outer, const Box& inner) {
  return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
         outer.bottom >= inner.bottom;
}

/// What two boxes have in common; where that is nothing, its right edge is left of its left one, or its
/// bottom above its top.
inline Box common(const Box& a, const Box& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

/// False, if any edge is no number or too large for one.
inline bool is_finite(const Box& box) {
  return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
         std::isfinite(box.bottom);
}

/// Grows around points.
class Bounds {
 public:
  void add(const Point& p) {
    box_ = {std::min(box_.left, static_cast<float>(p.x)), std::min(box_.top, static_cast<float>(p.y)),
            std::max(box_.right, static_cast<float>(p.x)), std::max(box_.bottom, static_cast<float>(p.y))};
  }
  const Box& box() const { return box_; }

 private:
  static constexpr float far = std::numeric_limits<float>::max();
  Box box_{far, far, -far, -far};
};

}  // namespace docket::worker
