#pragma once
#include <cstddef>
#include <vector>

#include "worker/layout/boxes.h"

class GfxPath;
class GfxState;

namespace docket::worker {

// Where what poppler is about to draw stands on the page: in points from its top left. The state must be that
// of a device which is upside down.

Point on_page(const GfxState& state, double x, double y);

/// Around the clipping path.
Box clip_of(const GfxState& state);

/// Around the unit square: where an image is drawn.
Box unit_square(const GfxState& state);

enum class FillRule : unsigned char { nonzero, even_odd };

/// The rectangles that a path is made of, rounded ones as far as their corners leave them; none if it is of
/// anything else, or a rectangle lies in another.
std::vector<Box> rectangles_of(const GfxState& state, const GfxPath& path, FillRule rule);

/// Boxes around the paths of one page.
class PathBounds {
 public:
  PathBounds(float width, float height) : page_{0, 0, width, height} {}

  /// The whole page once too many points were looked at: a path may stay while images are drawn.
  Box around(const GfxState& state, const GfxPath& path);

 private:
  Box page_;
  std::size_t points_ = 0;  ///< Looked at so far.
};

}  // namespace docket::worker
