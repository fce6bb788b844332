#include "pipeline/support/money.h"

#include <gtest/gtest.h>

#include <limits>

namespace docket {
namespace {

TEST(Money, IsShownToTheCentOrWithTwoDigitsThatCount) {
  EXPECT_EQ(format_money(0), "$0.00");
  EXPECT_EQ(format_money(1'250'000'000), "$1.25");
  EXPECT_EQ(format_money(10'000'000), "$0.01");
  EXPECT_EQ(format_money(3'100'000), "$0.0031");
  EXPECT_EQ(format_money(123'456), "$0.00012");
  EXPECT_EQ(format_money(1), "$0.000000001");
  EXPECT_EQ(format_money(-1'500'000'000), "-$1.50");
}

TEST(Money, IsRoundedAsItIsWritten) {
  EXPECT_EQ(format_cents(1'005'000'000), "$1.01");  // No binary fraction is 1.005.
  EXPECT_EQ(format_cents(1'004'999'999), "$1.00");
  EXPECT_EQ(format_cents(999'999'999), "$1.00");
  EXPECT_EQ(format_cents(9'007'199'254'740'993'000), "$9007199254.74");
  EXPECT_EQ(format_cents(std::numeric_limits<std::int64_t>::min()), "-$9223372036.85");
}

TEST(Money, IsTheSameAfterItWasANumberOfDollars) {
  for (const std::int64_t nano_dollars :
       {0L, 1L, -1L, 123'456'789L, 1'005'000'000L, 999'999'999'999'999L, -2'500'000'001L})
    EXPECT_EQ(in_nano_dollars(in_usd(nano_dollars)), nano_dollars);
  EXPECT_EQ(in_usd(1'250'000'000), 1.25);
}

}  // namespace
}  // namespace docket
