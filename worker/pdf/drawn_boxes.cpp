#include "worker/pdf/drawn_boxes.h"

#include <GfxState.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace docket::worker {
namespace {

constexpr std::size_t most_points = 20'000'000;  ///< Of the paths of a page.

std::optional<Box> rectangle_of(const GfxState& state, const GfxSubpath& path) {
  const int count = path.getNumPoints();
  if (count < 4) return {};
  Bounds bounds;
  std::vector<Point> corners;
  bool has_curves = false;
  for (int i = 0; i < count && i < 32; ++i) {
    const Point at = on_page(state, path.getX(i), path.getY(i));
    bounds.add(at);
    has_curves = has_curves || path.getCurve(i);
    if (!path.getCurve(i)) corners.push_back(at);
  }
  const Box box = bounds.box();
  constexpr double near = 0.3;
  const bool all_on_edge = std::all_of(corners.begin(), corners.end(), [&](const Point& p) {
    const bool across = std::abs(p.x - static_cast<double>(box.left)) < near ||
                        std::abs(p.x - static_cast<double>(box.right)) < near;
    const bool down = std::abs(p.y - static_cast<double>(box.top)) < near ||
                      std::abs(p.y - static_cast<double>(box.bottom)) < near;
    return has_curves ? across || down : across && down;
  });
  if (!all_on_edge || count > 32) return {};
  if (!has_curves) return count == 4 || count == 5 ? std::optional(box) : std::nullopt;
  if (corners.size() < 8) return {};  // Rounded: what is within its corners.
  const float inner = 0.15f * std::min(box.right - box.left, box.bottom - box.top);
  return Box{box.left + inner, box.top + inner, box.right - inner, box.bottom - inner};
}

}  // namespace

Point on_page(const GfxState& state, double x, double y) {
  Point at;
  state.transform(x, y, &at.x, &at.y);
  return at;
}

Box clip_of(const GfxState& state) {
  double left = 0, top = 0, right = 0, bottom = 0;
  state.getClipBBox(&left, &top, &right, &bottom);
  return {static_cast<float>(left), static_cast<float>(top), static_cast<float>(right),
          static_cast<float>(bottom)};
}

Box unit_square(const GfxState& state) {
  Bounds bounds;
  for (const double x : {0.0, 1.0}) {
    for (const double y : {0.0, 1.0})
      bounds.add(on_page(state, x, y));
  }
  return bounds.box();
}

std::vector<Box> rectangles_of(const GfxState& state, const GfxPath& path, FillRule rule) {
  constexpr int most = 32;
  std::vector<Box> boxes;
  if (path.getNumSubpaths() > (rule == FillRule::nonzero ? most : 1)) return {};
  for (int i = 0; i < path.getNumSubpaths(); ++i) {
    const auto box = rectangle_of(state, *path.getSubpath(i));
    if (!box || std::any_of(boxes.begin(), boxes.end(), [&](const Box& other) { return meet(*box, other); }))
      return {};
    boxes.push_back(*box);
  }
  return boxes;
}

Box PathBounds::around(const GfxState& state, const GfxPath& path) {
  if (points_ > most_points) return page_;
  Bounds bounds;
  for (int i = 0; i < path.getNumSubpaths(); ++i) {
    const GfxSubpath& part = *path.getSubpath(i);
    points_ += static_cast<std::size_t>(part.getNumPoints());
    for (int j = 0; j < part.getNumPoints(); ++j)
      bounds.add(on_page(state, part.getX(j), part.getY(j)));
  }
  return bounds.box();
}

}  // namespace docket::worker
