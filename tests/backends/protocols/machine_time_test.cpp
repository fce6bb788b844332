#include "backends/protocols/machine_time.h"

#include <gtest/gtest.h>

#include <vector>

namespace docket::backends {
namespace {

using std::chrono::milliseconds;

MachineTime::Clock::time_point at(int ms) { return MachineTime::Clock::time_point(milliseconds(ms)); }

TEST(MachineTime, OfOneCallIsAllOfIt) {
  MachineTime time;
  const auto first = time.begin(at(100));
  EXPECT_EQ(time.end(first, at(350)), milliseconds(250));
  const auto second = time.begin(at(10'000));
  EXPECT_EQ(time.end(second, at(10'001)), milliseconds(1));
}

TEST(MachineTime, IsSharedWhileCallsAreUnderWayTogether) {
  MachineTime time;
  const auto a = time.begin(at(0));
  const auto b = time.begin(at(100));
  EXPECT_EQ(time.end(a, at(300)), milliseconds(200));  // 100 alone, half of 200.
  const auto c = time.begin(at(400));
  EXPECT_EQ(time.end(b, at(600)), milliseconds(300));  // Half of 200, 100 alone, half of 200.
  EXPECT_EQ(time.end(c, at(600)), milliseconds(100));
}

TEST(MachineTime, TheSharesAreTheTimeInWhichThereWasAnyCall) {
  MachineTime time;
  std::chrono::nanoseconds sum{0};
  std::vector<MachineTime::Begun> under_way;
  for (int i = 0; i < 7; ++i)
    under_way.push_back(time.begin(at(1000 + 13 * i)));
  for (int i = 0; i < 7; ++i)
    sum += time.end(under_way[static_cast<std::size_t>(i)], at(2000 + 17 * i));
  EXPECT_NEAR(static_cast<double>(sum.count()), 1'102e6, 100);
}

TEST(MachineTime, DoesNotRunBackwards) {
  MachineTime time;
  const auto a = time.begin(at(100));
  const auto b = time.begin(at(90));
  EXPECT_EQ(time.end(b, at(100)), milliseconds(0));
  EXPECT_EQ(time.end(a, at(101)), milliseconds(1));
}

}  // namespace
}  // namespace docket::backends
