#include "worker/ocr/upright.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace docket::worker {
namespace {

struct Point {
  float x, y;
};

float width_of(const Pix& pix) { return static_cast<float>(pixGetWidth(unlocked(pix))); }
float height_of(const Pix& pix) { return static_cast<float>(pixGetHeight(unlocked(pix))); }

}  // namespace

Upright::Upright(const Pix& picture, float width, float height)
    : page_{width, height}, first_{width_of(picture), height_of(picture)} {
  turned_ = scaled_ = rotated_ = first_;
}

PixPtr Upright::turned(const Pix& picture, int quarter_turns) {
  quarter_turns_ = quarter_turns;
  turned_ = first_;
  if (quarter_turns % 2 != 0) std::swap(turned_.width, turned_.height);
  scaled_ = rotated_ = turned_;
  return PixPtr(pixRotateOrth(unlocked(picture), quarter_turns));
}

PixPtr Upright::scaled(const Pix& picture, float scale) {
  PixPtr pix(pixScale(unlocked(picture), scale, scale));
  if (pix) scaled_ = {width_of(*pix), height_of(*pix)};
  scale_ = scaled_.width / turned_.width;
  rotated_ = scaled_;
  return pix;
}

PixPtr Upright::rotated(const Pix& picture, float degrees) {
  degrees_ = degrees;
  const float radians = degrees * std::numbers::pi_v<float> / 180;
  PixPtr pix(pixRotate(unlocked(picture), radians, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE,
                       pixGetWidth(unlocked(picture)), pixGetHeight(unlocked(picture))));
  if (pix) rotated_ = {width_of(*pix), height_of(*pix)};
  return pix;
}

float Upright::points() const { return page_.width / first_.width / scale_; }

Box Upright::on_page(const Box& box) const {
  const float radians = degrees_ * std::numbers::pi_v<float> / 180;
  const float cosine = std::cos(radians), sine = std::sin(radians);
  const auto back = [&](Point p) -> Point {
    const Point off{p.x - rotated_.width / 2, p.y - rotated_.height / 2};
    Point q{(cosine * off.x + sine * off.y + scaled_.width / 2) / scale_,
            (cosine * off.y - sine * off.x + scaled_.height / 2) / scale_};
    switch (quarter_turns_ & 3) {
      case 1:
        q = {q.y, first_.height - q.x};
        break;
      case 2:
        q = {first_.width - q.x, first_.height - q.y};
        break;
      case 3:
        q = {first_.width - q.y, q.x};
        break;
      default:
        break;
    }
    return {q.x * page_.width / first_.width, q.y * page_.height / first_.height};
  };
  Box out{page_.width, page_.height, 0, 0};
  for (const Point corner : {Point{box.left, box.top}, Point{box.right, box.top}, Point{box.left, box.bottom},
                             Point{box.right, box.bottom}}) {
    const Point p = back(corner);
    out = {std::min(out.left, p.x), std::min(out.top, p.y), std::max(out.right, p.x),
           std::max(out.bottom, p.y)};
  }
  return {std::max(out.left, 0.0F), std::max(out.top, 0.0F), std::min(out.right, page_.width),
          std::min(out.bottom, page_.height)};
}

}  // namespace docket::worker
