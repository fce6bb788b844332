#include "pipeline/support/iso_8601.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(Iso8601, KnowsTheDaysThatExist) {
  EXPECT_TRUE(is_iso_date("2024-02-29"));
  for (const char* text :
       {"2023-02-29", "2024-13-01", "2024-00-01", "2024-1-01", "2024-01-00", "2024-01-01 ", "24-01-01", ""})
    EXPECT_FALSE(is_iso_date(text)) << text;
  EXPECT_FALSE(is_calendar_day(2024, 257, 1)) << "not taken modulo 256";
  EXPECT_EQ(iso_date(987, 6, 5), "0987-06-05");
}

TEST(Iso8601, KnowsTimesWithTheirZone) {
  for (const char* text : {"12:00:00Z", "23:59:60z", "00:00:00.5+01:00"})
    EXPECT_TRUE(is_iso_time(text)) << text;
  for (const char* text : {"12:00:00", "24:00:00Z", "12:60:00Z", "12:00Z", "12:00:00.Z", "12:00:00+1:00"})
    EXPECT_FALSE(is_iso_time(text)) << text;
  EXPECT_TRUE(is_iso_date_time("2024-02-29T12:00:00Z"));
  EXPECT_FALSE(is_iso_date_time("2024-02-29 12:00:00Z"));
  EXPECT_TRUE(is_iso_date_time(utc_now()));
}

}  // namespace
}  // namespace docket
