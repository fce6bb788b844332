#include "backends/rules/upright_words.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

namespace docket::rules {
namespace {

/// Three lines of a label and an amount, on a page of 400 by 600 points, read by OCR.
Page three_amounts() {
  Page page{400, 600, "Net  10.00\nTax  1.90\nTotal  11.90\n", {}};
  page.words = {{{40, 100, 70, 112}, 0, 3},    {{320, 100, 360, 112}, 5, 5}, {{40, 120, 70, 132}, 11, 3},
                {{326, 120, 360, 132}, 16, 4}, {{40, 140, 90, 152}, 21, 5},  {{320, 140, 360, 152}, 28, 5}};
  page.confidence.assign(page.words.size(), 95);
  return page;
}

/// As the page has it that was scanned turned by `degrees` clockwise, boxes upright around what is turned.
Page turned(const Page& upright, double degrees) {
  const double angle = degrees * std::numbers::pi / 180, c = std::cos(angle), s = std::sin(angle);
  const bool lies = std::abs(s) > 0.7;
  Page page = upright;
  if (lies) std::swap(page.width, page.height);
  for (Word& word : page.words) {
    const double w = word.box.right - word.box.left, h = word.box.bottom - word.box.top;
    const double x = word.box.left + w / 2 - upright.width / 2, y = word.box.top + h / 2 - upright.height / 2;
    const double to_x = c * x - s * y + page.width / 2, to_y = s * x + c * y + page.height / 2;
    const double wide = std::abs(c) * w + std::abs(s) * h, high = std::abs(s) * w + std::abs(c) * h;
    word.box = {float(to_x - wide / 2), float(to_y - high / 2), float(to_x + wide / 2),
                float(to_y + high / 2)};
  }
  return page;
}

TEST(UprightWords, StandWhereTheyWouldOnAStraightPage) {
  const Page straight = three_amounts();
  for (const double degrees : {0.7, -3.0, 12.0, 90.0, 180.0, -90.0, 92.5, 176.0}) {
    SCOPED_TRACE(degrees);
    const std::vector<Word> words = upright_words(turned(straight, degrees));
    ASSERT_EQ(words.size(), straight.words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      EXPECT_NEAR(words[i].box.left, straight.words[i].box.left, 1);
      EXPECT_NEAR(words[i].box.top, straight.words[i].box.top, 1);
      EXPECT_NEAR(words[i].box.right, straight.words[i].box.right, 1);
      EXPECT_NEAR(words[i].box.bottom, straight.words[i].box.bottom, 1);
      EXPECT_EQ(words[i].offset, straight.words[i].offset);
    }
  }
}

TEST(UprightWords, NothingToTurn) {
  EXPECT_TRUE(upright_words(three_amounts()).empty());
  Page with_own_text = turned(three_amounts(), 5);
  with_own_text.confidence.clear();
  EXPECT_TRUE(upright_words(with_own_text).empty());
  EXPECT_TRUE(upright_words(Page{}).empty());
}

TEST(UprightWords, BoxesThatAreNoNumbers) {
  Page page = turned(three_amounts(), 5);
  page.words[2].box.left = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(upright_words(page).empty());
  page.words[2].box.left = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(upright_words(page).empty());
}

}  // namespace
}  // namespace docket::rules
