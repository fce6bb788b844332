#include "worker/layout/boxes.h"

#include <algorithm>
#include <cmath>

namespace docket::worker {

bool meet(const Box& a, const Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

bool contains(const Box& outer, const Box& inner) {
  return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
         outer.bottom >= inner.bottom;
}

Box common(const Box& a, const Box& b) {
  return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
          std::min(a.bottom, b.bottom)};
}

bool is_finite(const Box& box) {
  return std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.right) &&
         std::isfinite(box.bottom);
}

void Bounds::add(const Point& p) {
  box_ = {std::min(box_.left, static_cast<float>(p.x)), std::min(box_.top, static_cast<float>(p.y)),
          std::max(box_.right, static_cast<float>(p.x)), std::max(box_.bottom, static_cast<float>(p.y))};
}

}  // namespace docket::worker
