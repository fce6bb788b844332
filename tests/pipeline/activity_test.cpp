#include "pipeline/activity.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using namespace std::chrono_literals;

TEST(Activity, CountsWhatIsUnderWay) {
  Activity activity;
  BackendActivity& local = activity.of("local");
  local.question_begins();
  local.question_begins();
  local.sent();
  auto now = local.now();
  EXPECT_EQ(now.asked, 2);
  EXPECT_EQ(now.with_server, 1);
  EXPECT_TRUE(now.silent_since);
  Usage used;
  used.input_tokens = 12;
  local.replied(used);
  local.question_ends();
  now = local.now();
  EXPECT_EQ(now.asked, 1);
  EXPECT_EQ(now.with_server, 0);
  EXPECT_EQ(now.answered, 1);
  EXPECT_EQ(now.usage.input_tokens, 12);
  EXPECT_FALSE(now.silent_since);
  EXPECT_EQ(activity.now().size(), 1u);
}

TEST(Activity, TellsOfTheLongestWaitUntilItIsOver) {
  BackendActivity local;
  const auto begin = BackendActivity::Clock::now();
  auto first = local.wait("asked to pause", begin + 5s);
  auto second = local.wait("asked to pause", begin + 9s);
  ASSERT_TRUE(local.now().wait);
  EXPECT_EQ(local.now().wait->until, begin + 9s);
  auto loading = local.wait(std::string(loading_model));
  EXPECT_EQ(local.now().wait->what, loading_model) << "without an end it lasts longest";
  loading.reset();
  second.reset();
  EXPECT_EQ(local.now().wait->until, begin + 5s);
  first.reset();
  EXPECT_FALSE(local.now().wait);
}

TEST(Activity, AWaitMayOutliveItsBackend) {
  auto local = std::make_unique<BackendActivity>();
  auto wait = local->wait("anything");
  local.reset();
  wait.reset();
}

}  // namespace
}  // namespace docket
