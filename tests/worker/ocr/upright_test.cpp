#include "worker/ocr/upright.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace docket::worker {
namespace {

/// A white page of 400 by 600 pixels, 200 by 300 points, with a black box.
struct Sheet {
  PixPtr pix{pixCreate(400, 600, 8)};
  Sheet() {
    pixSetAll(pix.get());
    const std::array<int, 4> box = {100, 60, 80, 20};
    for (int y = box[1]; y < box[1] + box[3]; ++y)
      for (int x = box[0]; x < box[0] + box[2]; ++x)
        pixSetPixel(pix.get(), x, y, 0);
  }
};

/// Where the black pixels are.
Box ink(const Pix& pix) {
  Pix* const picture = unlocked(pix);
  Box box{1e9F, 1e9F, 0, 0};
  for (int y = 0; y < pixGetHeight(picture); ++y) {
    for (int x = 0; x < pixGetWidth(picture); ++x) {
      l_uint32 value = 0;
      pixGetPixel(picture, x, y, &value);
      if (value > 100) continue;
      box = {std::min(box.left, float(x)), std::min(box.top, float(y)), std::max(box.right, float(x + 1)),
             std::max(box.bottom, float(y + 1))};
    }
  }
  return box;
}

void expect_at_its_place(const Box& box, float slack) {
  EXPECT_NEAR(box.left, 50, slack);
  EXPECT_NEAR(box.top, 30, slack);
  EXPECT_NEAR(box.right, 90, slack);
  EXPECT_NEAR(box.bottom, 40, slack);
}

TEST(Upright, FindsTheWayBackFromEveryQuarterTurn) {
  for (int turns = 0; turns < 4; ++turns) {
    const Sheet sheet;
    Upright upright(*sheet.pix, 200, 300);
    const PixPtr turned = upright.turned(*sheet.pix, turns);
    expect_at_its_place(upright.on_page(ink(*turned)), 0.6F);
  }
}

TEST(Upright, FindsTheWayBackWhenScaledAndSlanted) {
  for (int turns = 0; turns < 4; ++turns) {
    for (const float degrees : {-5.0F, 0.5F, 3.0F, 12.0F}) {
      const Sheet sheet;
      Upright upright(*sheet.pix, 200, 300);
      PixPtr pix = upright.turned(*sheet.pix, turns);
      pix = upright.scaled(*pix, 1.7F);
      pix = upright.rotated(*pix, degrees);
      // The box around a slanted box is larger, by as much as its longer side is slanted, twice.
      const Box found = upright.on_page(ink(*pix));
      EXPECT_NEAR((found.left + found.right) / 2, 70, 1) << turns << ' ' << degrees;
      EXPECT_NEAR((found.top + found.bottom) / 2, 35, 1) << turns << ' ' << degrees;
    }
  }
}

TEST(Upright, AScaledPictureHasSmallerPixels) {
  const Sheet sheet;
  Upright upright(*sheet.pix, 200, 300);
  const PixPtr pix = upright.scaled(*sheet.pix, 2);
  EXPECT_FLOAT_EQ(upright.points(), 0.25F);
}

}  // namespace
}  // namespace docket::worker
