#include "cli/progress/time_left.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using namespace std::chrono_literals;
using Clock = TimeLeft::Clock;

constexpr Clock::time_point begin{};

TEST(TimeLeft, IsNotMadeUp) {
  TimeLeft left(1, begin);
  EXPECT_EQ(left.of(100, begin + 10s), std::nullopt) << "no document has left the stage";
  for (int i = 0; i < 3; ++i)
    left.left(0, 0, begin + 500ms);
  EXPECT_EQ(left.of(100, begin + 1s), std::nullopt) << "too soon";
  EXPECT_NE(left.of(100, begin + 3s), std::nullopt);
}

TEST(TimeLeft, GoesByDocumentsWhereNoModelIsAsked) {
  TimeLeft left(1, begin);
  for (int i = 1; i <= 10; ++i)
    left.left(0, 0, begin + i * 1s);
  EXPECT_EQ(left.of(30, begin + 10s), 20s);
  EXPECT_EQ(left.of(10, begin + 10s), 0s);
}

TEST(TimeLeft, WhatComesBeforeTheFirstDocumentDoesNotComeAgain) {
  TimeLeft left(1, begin);
  for (int i = 0; i < 10; ++i)
    left.left(0, 100, begin + 60s + i * 1s);  // A model was loaded for a minute.
  EXPECT_EQ(left.of(30, begin + 69s), 20s);
}

TEST(TimeLeft, TheSlowestStageSays) {
  TimeLeft left(2, begin);
  for (int i = 1; i <= 20; ++i)
    left.left(0, 0, begin + i * 500ms);  // All of the first stage are done.
  for (int i = 1; i <= 5; ++i)
    left.left(1, 0, begin + i * 2s);
  EXPECT_EQ(left.of(20, begin + 10s), 30s);
}

TEST(TimeLeft, GoesByTokensSoThatAShortDocumentIsNoSignOfSpeed) {
  TimeLeft left(1, begin);
  // 1,000 tokens a second throughout: first long documents, then short ones.
  for (int i = 1; i <= 10; ++i)
    left.left(0, 10'000, begin + i * 10s);
  for (int i = 1; i <= 90; ++i)
    left.left(0, 100, begin + 100s + i * 100ms);
  const auto estimate = left.of(200, begin + 109s);
  ASSERT_TRUE(estimate);
  // The mean document has 1,090 tokens.
  EXPECT_NEAR(static_cast<double>(estimate->count()), 109'000, 2'000);
}

TEST(TimeLeft, NoticesThatAServerHasSlowedDown) {
  TimeLeft left(1, begin);
  for (int i = 1; i <= 100; ++i)
    left.left(0, 100, begin + i * 100ms);
  for (int i = 1; i <= 12; ++i)
    left.left(0, 100, begin + 10s + i * 10s);
  const auto estimate = left.of(118, begin + 130s);
  ASSERT_TRUE(estimate);
  EXPECT_NEAR(static_cast<double>(estimate->count()), 60'000, 6'000) << "six more at ten seconds each";
}

TEST(TimeLeft, DoesNotGrowWithTheRun) {
  TimeLeft left(1, begin);
  for (int i = 1; i <= 100'000; ++i)
    left.left(0, 0, begin + i * 10ms);
  EXPECT_EQ(left.of(200'000, begin + 1000s), 1000s);
}

}  // namespace
}  // namespace docket
