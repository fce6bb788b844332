#include "backends/protocols/keep_alive.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

TEST(KeepAlive, IsSecondsOrADurationOfGo) {
  EXPECT_EQ(keep_alive_seconds("300"), 300);
  EXPECT_EQ(keep_alive_seconds("0"), 0);
  EXPECT_EQ(keep_alive_seconds("-1"), -1);
  EXPECT_EQ(keep_alive_seconds("30m"), 1'800);
  EXPECT_EQ(keep_alive_seconds("1h30m"), 5'400);
  EXPECT_EQ(keep_alive_seconds("1.5h"), 5'400);
  EXPECT_EQ(keep_alive_seconds("500ms"), 0.5);
  EXPECT_EQ(keep_alive_seconds("-1m"), -60);
  EXPECT_EQ(keep_alive_seconds("0s"), 0);
}

TEST(KeepAlive, IsNothingElse) {
  for (const char* text : {"", "m", "-", "1d", "30 m", "5 minutes", "for ever", "1h30", "1.2.3s", "m5",
                           "99999999999999", "9999999h", ".s", "true"})
    EXPECT_FALSE(keep_alive_seconds(text)) << text;
}

TEST(KeepAlive, GoesToOllamaAsItTakesIt) {
  EXPECT_EQ(keep_alive_member("300"), 300);
  EXPECT_EQ(keep_alive_member("-1"), -1);
  EXPECT_EQ(keep_alive_member("1h30m"), "1h30m");
}

}  // namespace
}  // namespace docket::backends
