#include "worker/pdf/paints.h"

#include <gtest/gtest.h>

namespace docket::worker {
namespace {

const Rgb red{1, 0, 0};
const Box letter_box{100, 100, 105, 108}, other_box{300, 100, 310, 110};

/// A page of 1000 paints that all stand beside `letter_box`, where `comparisons` are allowed.
Paints busy(Paints::Kind kind, std::size_t comparisons) {
  Paints paints(600, 800, comparisons);
  for (int i = 0; i < 1000; ++i)
    paints.add(kind, other_box, red);
  return paints;
}

TEST(Paints, EveryLookIsCounted) {
  using Kind = Paints::Kind;
  const std::size_t two = 2000;  // Looks at all of the page.
  const auto looks = [](const Paints& paints, auto look) {
    int count = 0;
    for (; !paints.is_full() && count < 10; ++count)
      look(paints);
    return count;
  };
  const auto image = [](const Paints& p) { p.shows_image(letter_box); };
  const auto drawing = [](const Paints& p) { p.shows_drawing(letter_box); };
  const auto cover = [](const Paints& p) { p.cover(letter_box, 0); };
  const auto background = [](const Paints& p) { p.background(letter_box, red); };
  EXPECT_EQ(looks(busy(Kind::image, two), image), 3);
  EXPECT_EQ(looks(busy(Kind::shape, two), drawing), 3);
  EXPECT_EQ(looks(busy(Kind::shape, two), cover), 3);
  EXPECT_EQ(looks(busy(Kind::shape, two), background), 3);
  EXPECT_EQ(looks(busy(Kind::shape, two), image), 10);  // No image to look at.
}

TEST(Paints, NothingIsHiddenOnAPageThatTakesTooLong) {
  const Paints paints = busy(Paints::Kind::image, 1500);
  EXPECT_FALSE(paints.shows_image(letter_box));
  EXPECT_TRUE(paints.shows_image(letter_box));
  EXPECT_TRUE(paints.is_full());
  EXPECT_FALSE(paints.may_compare());
  EXPECT_TRUE(paints.shows_drawing(letter_box));
  EXPECT_FALSE(paints.cover(other_box, 0));
  EXPECT_FALSE(paints.background(letter_box, red));
}

TEST(Paints, ImagesTakeAShareOfThePage) {
  Paints paints(600, 800);
  EXPECT_EQ(paints.share_of_images(0), 0);
  paints.add(Paints::Kind::image, {0, 0, 600, 200}, red);
  paints.add(Paints::Kind::rectangle, {0, 0, 600, 800}, red);
  paints.add(Paints::Kind::image, {0, 200, 600, 600}, red);
  EXPECT_FLOAT_EQ(paints.share_of_images(0), 0.75f);
  EXPECT_FLOAT_EQ(paints.share_of_images(1), 0.5f);
  EXPECT_FLOAT_EQ(paints.share_of_images(2), 0.5f);
  EXPECT_FLOAT_EQ(paints.share_of_images(3), 0);
}

}  // namespace
}  // namespace docket::worker
