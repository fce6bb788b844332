#include "cli/options/option_values.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using std::chrono::milliseconds;

TEST(OptionValues, WholeNumbers) {
  const auto check = whole_number(1, 1024);
  EXPECT_EQ(check("1"), "");
  EXPECT_EQ(check("1024"), "");
  EXPECT_EQ(check("x"), "'x' is not a number; expected 1 to 1024");
  EXPECT_EQ(check("1.5"), "'1.5' is not a number; expected 1 to 1024");
  EXPECT_EQ(check("0"), "'0' is out of range; expected 1 to 1024");
  EXPECT_EQ(check("99999999999999999999"), "'99999999999999999999' is out of range; expected 1 to 1024");
  EXPECT_EQ(whole_number(1)("0"), "'0' is out of range; expected at least 1");
}

TEST(OptionValues, OneOfAFewNames) {
  const auto check = one_of_names({"plain", "bar", "none"});
  EXPECT_EQ(check("bar"), "");
  EXPECT_EQ(check("plian"), "'plian' is none of plain, bar, none, did you mean 'plain'?");
  EXPECT_EQ(check("None"), "'None' is none of plain, bar, none, did you mean 'none'?");
  EXPECT_EQ(check("x"), "'x' is none of plain, bar, none");
}

TEST(OptionValues, SecondsOrADuration) {
  EXPECT_EQ(seconds_or_duration("5s"), milliseconds(5'000));
  EXPECT_EQ(seconds_or_duration("2m"), milliseconds(120'000));
  EXPECT_EQ(seconds_or_duration("0"), milliseconds(0));
  EXPECT_EQ(seconds_or_duration("30"), milliseconds(30'000));
  EXPECT_FALSE(seconds_or_duration(""));
  EXPECT_FALSE(seconds_or_duration("-1"));
  EXPECT_FALSE(seconds_or_duration("soon"));
  const auto check = duration_up_to(milliseconds(60'000));
  EXPECT_EQ(check("60"), "");
  EXPECT_TRUE(check("2m").starts_with("'2m' is too long; expected one such as 5s"));
  EXPECT_TRUE(check("soon").starts_with("'soon' is not a time; expected"));
}

}  // namespace
}  // namespace docket
