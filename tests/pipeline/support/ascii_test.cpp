#include "pipeline/support/ascii.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Ascii, ChangesTheCaseOfItsOwnLettersAlone) {
  EXPECT_EQ(to_lower("Straße É"), "straße É");
  EXPECT_EQ(to_upper("straße é"), "STRAßE é");
}

TEST(Ascii, TrimsBothEnds) {
  EXPECT_EQ(trim(" \ta b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Ascii, TakesAsManyDigitsAsAskedFor) {
  std::string_view text = "20240";
  EXPECT_EQ(take_digits(text, 4), 2024);
  EXPECT_EQ(take_digits(text, 2), std::nullopt);
  EXPECT_EQ(text, "0");
}

}  // namespace
}  // namespace docket
