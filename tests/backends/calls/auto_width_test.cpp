// How many calls at a time are found to be best, at servers whose answers take a time that is known.
#include "backends/calls/auto_width.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "backends/calls/gate.h"
#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;
using Time = AutoWidth::Time;

/// A server that works on `slots` calls at a time; the others share its time.
struct SimulatedServer {
  std::size_t slots = 1;
  double seconds = 1;  ///< For one call alone.

  AutoWidth::Time::duration time(std::size_t width) const {
    const double crowd = std::max(1.0, static_cast<double>(width) / static_cast<double>(slots));
    return std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(seconds * crowd));
  }
};

/// Sends so many calls, as many at a time as the width is; how wide it was most of the last half.
std::size_t usual_width(AutoWidth& width, const SimulatedServer& server, int calls, Time& now) {
  std::map<std::size_t, int> seen;
  for (int done = 0; done < calls;) {
    const std::size_t together = width.width();
    const Time sent = now;
    now += server.time(together);
    for (std::size_t i = 0; i < together; ++i, ++done)
      width.answered(sent, now, 100);
    if (done > calls / 2) seen[together] += static_cast<int>(together);
  }
  return std::ranges::max_element(seen, {}, [](const auto& each) { return each.second; })->first;
}

TEST(AutoWidth, StaysAtTheSlotsOfTheServerWhereverItBegins) {
  for (const std::size_t slots : {1, 2, 4, 7, 16}) {
    for (const std::size_t begin : {std::size_t{1}, (slots + 1) / 2, slots}) {
      AutoWidth width(begin);
      Time now{};
      EXPECT_EQ(usual_width(width, {slots}, 20'000, now), slots) << "from " << begin;
    }
  }
}

TEST(AutoWidth, EndsAtTheMostThatIsAllowed) {
  AutoWidth width(2);
  Time now{};
  EXPECT_EQ(usual_width(width, {1000}, 20'000, now), AutoWidth::most);
}

TEST(AutoWidth, GoesBackWhenCallsTakeLongerAndForwardAgain) {
  AutoWidth width(8);
  Time now{};
  ASSERT_EQ(usual_width(width, {8}, 5'000, now), 8U);
  EXPECT_LE(usual_width(width, {8, 10}, 100, now), 8U) << "somebody else uses the server";
  EXPECT_LT(width.width(), 8U);
  EXPECT_EQ(usual_width(width, {8}, 20'000, now), 8U);
}

TEST(AutoWidth, AnOverloadHalvesIt) {
  AutoWidth width(9);
  width.overloaded(Time{});
  EXPECT_EQ(width.width(), 4U);
  for (int i = 0; i < 5; ++i)
    width.overloaded(Time{});
  EXPECT_EQ(width.width(), 1U);
}

TEST(AutoWidth, LongAnswersAreNoSlowServer) {
  AutoWidth width(4);
  Time now{};
  usual_width(width, {4}, 2'000, now);
  for (int i = 0; i < 200; ++i) {  // Ten times the tokens in ten times the time.
    const Time sent = now;
    now += 10s;
    width.answered(sent, now, 1'000);
  }
  EXPECT_GE(width.width(), 4U);
}

TEST(AutoWidth, CallsThatWereSentAtAnotherWidthDoNotCount) {
  AutoWidth width(2);
  const Time begin{};
  width.overloaded(begin + 10s);
  for (int i = 0; i < 100; ++i)
    width.answered(begin + 9s, begin + 11s, 100);
  EXPECT_EQ(width.width(), 1U);
}

/// Behind a gate: a server that answers all that it has at a time, as its slots allow.
TEST(AutoWidth, AGateFindsTheSlotsOfItsServer) {
  FakeTimer timer;
  HeldCalls calls;
  std::vector<std::unique_ptr<Backend>> addresses;
  addresses.push_back(std::make_unique<HeldBackend>(calls));
  const auto gate = make_gate(std::move(addresses), {.width = 1, .finds_width = true}, timer);
  std::deque<CallOutcome> outcomes;
  for (int i = 0; i < 3'000; ++i)
    gate->submit(prompt_request("d" + std::to_string(i)), outcomes.emplace_back().done());
  std::map<std::size_t, int> seen;
  constexpr std::size_t slots = 5;
  while (!calls.waiting().empty()) {
    const std::size_t together = calls.waiting().size();
    seen[together] += 1;
    timer.advance(std::chrono::milliseconds(100 * std::max(together, slots)));
    for (const std::string& document : calls.waiting())
      calls.answer(document, good_reply());
  }
  const auto usual = std::ranges::max_element(seen, {}, [](const auto& each) { return each.second; });
  EXPECT_EQ(usual->first, slots);
  EXPECT_LE(seen.rbegin()->first, slots + 1);
}

}  // namespace
}  // namespace docket::backends
