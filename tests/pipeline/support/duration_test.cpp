#include "pipeline/support/duration.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsReadFromNumbersWithUnits) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("1.5h"), 90min);
  EXPECT_EQ(parse_duration("2d"), 48h);
  EXPECT_EQ(parse_duration("6m0s"), 6min);
  EXPECT_EQ(parse_duration("1h2m3.5s"), 1h + 2min + 3500ms);
  for (const char* text :
       {"", "5", "s", "5 s", "-5s", "1e3s", "infs", "1.2.3s", "5x", "5s ", "99999999999999999999h"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, IsShownInTheUnitsThatPeopleThinkIn) {
  EXPECT_EQ(format_duration(950ms), "950 ms");
  EXPECT_EQ(format_duration(12'400ms), "12.4 s");
  EXPECT_EQ(format_duration(20s), "20 s");
  EXPECT_EQ(format_duration(59'990ms), "59.9 s");
  EXPECT_EQ(format_duration(2min), "2 min");
  EXPECT_EQ(format_duration(185s), "3 min 5 s");
  EXPECT_EQ(format_duration(130min), "2 h 10 min");
  EXPECT_EQ(format_duration(26h), "26 h");
  EXPECT_EQ(format_duration(960h), "40 days");
}

}  // namespace
}  // namespace docket
