#include "cli/report/times.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(SecondsSince1970, of_utc_times) {
  EXPECT_EQ(seconds_since_1970("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(seconds_since_1970("2026-11-27T03:48:49Z"), 1795751329);
  EXPECT_EQ(seconds_since_1970("2024-02-29T23:59:59Z"), 1709251199);
}

TEST(SecondsSince1970, nothing_of_all_else) {
  for (const char* text : {"", "2026-11-27", "2026-11-27T03:48:49", "2026-11-27T03:48:49+01:00",
                           "2026-02-30T00:00:00Z", "2026-11-27T03:48:49Zz", "yesterday"})
    EXPECT_EQ(seconds_since_1970(text), std::nullopt) << text;
}

}  // namespace
}  // namespace docket
