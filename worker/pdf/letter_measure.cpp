#include "worker/pdf/letter_measure.h"

#include <GfxFont.h>
#include <GfxState.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "worker/pdf/drawn_boxes.h"

namespace docket::worker {

namespace {

/// Of a vector; most lie along an axis.
double length(double x, double y) {
  if (y == 0) return std::abs(x);
  return x == 0 ? std::abs(y) : std::hypot(x, y);
}

}  // namespace

LetterMeasure LetterRuler::measure(GfxState& state, double x, double y, double dx, double dy) {
  double a = 0, b = 0, c = 0, d = 0;
  state.getFontTransMat(&a, &b, &c, &d);
  const std::array<double, 4> matrix = {a, b, c, d};
  if (matrix != matrix_) {
    matrix_ = matrix;
    angle_ = static_cast<float>(std::atan2(b, a) * 180 / std::numbers::pi);
    wide_ = static_cast<float>(length(a, b) * std::abs(state.getHorizScaling()));
    high_ = static_cast<float>(length(c, d));
  }
  LetterMeasure out;
  out.at = on_page(state, x, y);
  out.angle = angle_;
  out.height = high_;
  Point along;
  const double spaced = state.getCharSpace();
  if (spaced != 0) {
    double space_x = 0, space_y = 0;
    state.textTransformDelta(spaced * state.getHorizScaling(), 0, &space_x, &space_y);
    dx -= space_x;
    dy -= space_y;
  }
  state.transformDelta(dx, dy, &along.x, &along.y);
  out.advance = static_cast<float>(length(along.x, along.y));
  if (state.getFont() && state.getFont()->getWMode() != 0) along = {a, b};
  const GfxFont* font = state.getFont().get();
  const bool is_drawn = font && font->getType() == fontType3;
  if (is_drawn) {  // Its units are its own: a hand's breadth of the advance is as good as anything.
    c = std::abs(d) > 0 || std::abs(c) > 0 ? c * static_cast<double>(out.advance) / std::hypot(c, d) : 0;
    d = std::abs(d) > 0 ? d * static_cast<double>(out.advance) / static_cast<double>(high_) : 0;
  }
  out.size = is_drawn ? std::max(out.advance, 1.0f) : std::min(wide_, high_);
  const auto [left, right] = std::minmax({out.at.x + 0.15 * along.x, out.at.x + 0.85 * along.x});
  const auto [top, bottom] = std::minmax({out.at.y + 0.15 * along.y, out.at.y + 0.85 * along.y});
  const auto [least_x, most_x] = std::minmax({0.08 * c, 0.5 * c});
  const auto [least_y, most_y] = std::minmax({0.08 * d, 0.5 * d});
  out.core = {static_cast<float>(left + least_x), static_cast<float>(top + least_y),
              static_cast<float>(right + most_x), static_cast<float>(bottom + most_y)};
  return out;
}

}  // namespace docket::worker
