#include "worker/pdf/words_along.h"

#include <GfxState.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "worker/layout/boxes.h"
#include "worker/pdf/actual_text.h"
#include "worker/pdf/text_device.h"

namespace docket::worker {
namespace {

/// A page turned back round its middle, so that text of one slant runs level, and made as much smaller as it
/// takes to keep it within its bounds: poppler drops what stands outside.
class Turn {
 public:
  Turn(float degrees, double width, double height) : middle_{width / 2, height / 2} {
    const double turn = degrees * std::numbers::pi / 180;
    cos_ = std::cos(turn);
    sin_ = std::sin(turn);
    const double c = std::abs(cos_), s = std::abs(sin_);
    scale_ = std::min(width / (width * c + height * s), height / (height * c + width * s));
  }

  void apply(GfxState& state) const {
    const double* m = state.getCTM();
    const Point x = turned({m[0], m[1]}), y = turned({m[2], m[3]});
    const Point origin = turned({m[4] - middle_.x, m[5] - middle_.y});
    state.setCTM(x.x, x.y, y.x, y.y, origin.x + middle_.x, origin.y + middle_.y);
  }

 private:
  Point turned(const Point& p) const {
    return {scale_ * (cos_ * p.x + sin_ * p.y), scale_ * (cos_ * p.y - sin_ * p.x)};
  }

  Point middle_;
  double cos_ = 1, sin_ = 0, scale_ = 1;
};

/// Takes the letters of one direction.
class TakingDevice final : public TextDevice {
 public:
  TakingDevice(const Plan& plan, unsigned char direction, const Turn& turn,
               const std::vector<bool>& false_texts)
      : plan_(plan), direction_(direction), turn_(turn), false_texts_(false_texts) {}

  void startPage(int number, GfxState* state, XRef* xref) override {
    TextDevice::startPage(number, state, xref);
    turn_.apply(*state);
  }
  void beginActualText(GfxState* state, const GooString* said) override {
    if (!actual_texts_.begin()) return;
    if (texts_ >= false_texts_.size() || !false_texts_[texts_]) TextDevice::beginActualText(state, said);
  }
  void endActualText(GfxState* state) override {
    if (!actual_texts_.end()) return;
    ++texts_;
    TextDevice::endActualText(state);
  }

 private:
  void draw_letter(const ShownLetter& letter) override {
    if (next_ < plan_.size() && plan_[next_] == direction_) pass_on(letter);
    ++next_;
  }

  const Plan& plan_;
  unsigned char direction_;
  Turn turn_;
  const std::vector<bool>& false_texts_;
  ActualTexts actual_texts_;
  std::size_t next_ = 0, texts_ = 0;
};

}  // namespace

PlacedText words_along(const PageToDraw& page, const Plan& plan, unsigned char direction, float slant,
                       const std::vector<bool>& false_texts) {
  TakingDevice device(plan, direction, Turn(slant, page.width(), page.height()), false_texts);
  page.draw(device);
  return {slant, device.words()};
}

}  // namespace docket::worker
