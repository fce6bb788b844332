#include "pipeline/support/decimal.h"

#include <gtest/gtest.h>

#include <limits>

namespace docket {
namespace {

TEST(Decimal, IsReadExactly) {
  const struct {
    const char* text;
    std::int64_t billionths;
  } rows[] = {
      {"0", 0},
      {"3", 3'000'000'000},
      {"3.00", 3'000'000'000},
      {"0.15", 150'000'000},
      {"0.1", 100'000'000},
      {"0.000000001", 1},
      {"0.0000000010", 1},
      {"+2.5", 2'500'000'000},
      {"-0.25", -250'000'000},
      {".5", 500'000'000},
      {"5.", 5'000'000'000},
      {"3e-06", 3'000},
      {"1.5E2", 150'000'000'000},
      {"1000e-12", 1},
      {"0e-30", 0},
      {"9223372036.854775807", std::numeric_limits<std::int64_t>::max()},
  };
  for (const auto& row : rows)
    EXPECT_EQ(parse_decimal(row.text), row.billionths) << row.text;
}

TEST(Decimal, IsNotReadWhereItWouldNotBeExact) {
  for (const char* text : {"0.0000000001", "1e-10", "9223372036.854775808", "1e30", "1e400", "1e-400"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Decimal, IsNothingElse) {
  for (const char* text :
       {"", ".", "-", "+-1", "1,5", "1 ", "0x10", "inf", "nan", "1e", "1e+", "e5", "1.2.3", "1_000"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Decimal, ComesBackAsText) {
  EXPECT_EQ(decimal_text(0), "0");
  EXPECT_EQ(decimal_text(150'000'000), "0.15");
  EXPECT_EQ(decimal_text(-2'000'000'000), "-2");
  EXPECT_EQ(decimal_text(1), "0.000000001");
  EXPECT_EQ(decimal_text(std::numeric_limits<std::int64_t>::min()), "-9223372036.854775808");
}

}  // namespace
}  // namespace docket
