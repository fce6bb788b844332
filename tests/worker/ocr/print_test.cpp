#include "worker/ocr/print.h"

#include <gtest/gtest.h>

#include <functional>

namespace docket::worker {
namespace {

constexpr int letter_high = 24, letter_wide = 14;

/// A white page of ten lines of twelve letters, whose dots of ink `is_ink` tells, from their top left.
PixPtr page_of(const std::function<bool(int x, int y)>& is_ink) {
  PixPtr pix(pixCreate(400, 500, 8));
  pixSetAll(pix.get());
  for (int line = 0; line < 10; ++line)
    for (int letter = 0; letter < 12; ++letter)
      for (int y = 0; y < letter_high; ++y)
        for (int x = 0; x < letter_wide; ++x)
          if (is_ink(x, y)) pixSetPixel(pix.get(), 30 + 28 * letter + x, 20 + 46 * line + y, 0);
  return pix;
}

bool is_frame(int x, int y) { return x < 3 || y < 3 || x >= letter_wide - 3 || y >= letter_high - 3; }

TEST(Print, LettersThatHangTogether) {
  const Print print = print_of(*page_of(is_frame));
  EXPECT_NEAR(print.height, letter_high, 1);
  EXPECT_FALSE(print.is_broken);
}

TEST(Print, LettersInPieces) {
  // Strokes with gaps across them: no piece is higher than a third of the letter.
  const Print print = print_of(*page_of([](int x, int y) { return is_frame(x, y) && y % 10 < 8; }));
  EXPECT_NEAR(print.height, letter_high, 2);
  EXPECT_TRUE(print.is_broken);
}

TEST(Print, SpecksAreNoLetters) {
  const PixPtr pix = page_of(is_frame);
  for (int i = 0; i < 180; ++i)
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 3; ++x)
        pixSetPixel(pix.get(), 10 + 19 * (i % 20) + x, 52 + 46 * (i / 20) + y, 0);
  EXPECT_NEAR(print_of(*pix).height, letter_high, 1);
}

TEST(Print, NothingToRead) {
  PixPtr pix(pixCreate(300, 300, 8));
  pixSetAll(pix.get());
  EXPECT_EQ(print_of(*pix).height, 0);
  EXPECT_FALSE(print_of(*pix).is_broken);
  EXPECT_EQ(print_of(*PixPtr(pixCreate(1, 1, 8))).height, 0);
}

TEST(Print, SofteningFillsTheGaps) {
  const auto in_pieces = [](int x, int y) { return is_frame(x, y) && y % 10 < 8; };
  const PixPtr soft = softened(*page_of(in_pieces), 32);
  ASSERT_TRUE(soft);
  EXPECT_FALSE(print_of(*soft).is_broken);
}

}  // namespace
}  // namespace docket::worker
