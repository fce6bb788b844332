#include "pipeline/support/money.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Money, IsShownToTheCentOrWithTwoDigitsThatCount) {
  EXPECT_EQ(format_money(0), "$0.00");
  EXPECT_EQ(format_money(1'250'000'000), "$1.25");
  EXPECT_EQ(format_money(10'000'000), "$0.01");
  EXPECT_EQ(format_money(3'100'000), "$0.0031");
  EXPECT_EQ(format_money(123'456), "$0.00012");
  EXPECT_EQ(format_money(1), "$0.000000001");
}

}  // namespace
}  // namespace docket
