#include "cli/progress/progress_line.h"

#include <gtest/gtest.h>

#include "cli/terminal/table.h"

namespace docket {
namespace {

using namespace std::chrono_literals;

const BackendActivity::Clock::time_point now{1h};

Activity::Entry backend(const char* name, std::int64_t with_server, std::int64_t asked) {
  Activity::Entry entry{name, {}};
  entry.now.with_server = with_server;
  entry.now.asked = asked;
  return entry;
}

ProgressState busy() {
  ProgressState state;
  state.done = 312;
  state.total = 1000;
  state.is_total = true;
  state.failed = 2;
  state.held = 1;
  state.elapsed = 100s;
  state.left = 180s;
  state.backends = {backend("cloud", 0, 0), backend("local", 4, 16)};
  state.backends[1].now.usage.input_tokens = 30'000;
  state.backends[1].now.usage.output_tokens = 1'000;
  state.backends[0].now.usage.nano_dollars = 120'000'000;
  return state;
}

TEST(ProgressLine, HasTheNumbers) {
  EXPECT_EQ(progress_line(busy(), "", 120),
            "312/1000 documents, 3.12/s, 2 failed, 1 held, 310 tokens/s, $0.12, 3 min left; local: 4 asked, "
            "12 queued");
}

TEST(ProgressLine, LeavesOutWhatMattersLeastWhereTheTerminalIsNarrow) {
  EXPECT_EQ(progress_line(busy(), "", 80),
            "312/1000 documents, 3.12/s, 2 failed, 1 held, 310 tokens/s, $0.12, 3 min left");
  EXPECT_EQ(progress_line(busy(), "", 64), "312/1000 documents, 3.12/s, 2 failed, 1 held, $0.12, 3 min left");
  EXPECT_EQ(progress_line(busy(), "", 40), "312/1000 documents, 2 failed, 1 held");
  EXPECT_EQ(progress_line(busy(), "", 10), "312/1000 …");
  for (std::size_t columns = 1; columns < 130; ++columns) {
    EXPECT_LE(columns_of(progress_line(busy(), "", columns)), columns);
    EXPECT_LE(columns_of(progress_line(busy(), "local: loading its model", columns)), columns);
  }
}

TEST(ProgressLine, AWaitGoesBeforeNumbers) {
  EXPECT_EQ(progress_line(busy(), "local: loading its model, 40 s", 60),
            "312/1000 documents, 2 failed; local: loading its model, 40 s");
}

TEST(ProgressLine, SaysThatTheRunStops) {
  ProgressState state = busy();
  state.is_stopping = true;
  EXPECT_EQ(progress_line(state, "", 50), "stopping; 312/1000 documents, 2 failed, 1 held");
}

TEST(ProgressLine, DoesNotPromiseATotalThatIsNotKnown) {
  ProgressState state;
  state.total = 7;
  EXPECT_EQ(progress_line(state, "", 80), "0/7+ documents");
}

TEST(Waits, OfServersThatAreNotReady) {
  Activity::Entry loading = backend("local", 1, 3);
  loading.now.wait = {std::string(loading_model), now - 40s, std::nullopt};
  EXPECT_EQ(waits_of({loading}, now), "local: loading its model, 40 s");
  loading.now.wait->since = now - 300ms;
  EXPECT_EQ(waits_of({loading}, now), "local: loading its model");
}

TEST(Waits, OfOneCallAmongOthersKeepNobody) {
  Activity::Entry retried = backend("cloud", 0, 3);
  retried.now.wait = {"asked to pause", now - 1s, now + 300s};
  EXPECT_TRUE(waits_of({retried}, now).starts_with("cloud: asked to pause until "))
      << waits_of({retried}, now);
  retried.now.with_server = 2;
  EXPECT_EQ(waits_of({retried}, now), "");
}

TEST(Waits, OfServersThatSayNothing) {
  Activity::Entry silent = backend("local", 2, 2);
  silent.now.silent_since = now - 5s;
  EXPECT_EQ(waits_of({silent}, now), "local: waiting for its first answer, 5 s");
  silent.now.answered = 9;
  EXPECT_EQ(waits_of({silent}, now), "");
  silent.now.silent_since = now - 25s;
  EXPECT_EQ(waits_of({silent, backend("cloud", 1, 1)}, now), "local: no answer for 25 s");
}

}  // namespace
}  // namespace docket
