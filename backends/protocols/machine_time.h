#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>

namespace docket::backends {

/// How long a server was at work for each call, where calls at the same time share it: while n are under way,
/// each is charged with an n-th of the time. So all shares together are the time in which there was any call,
/// but for nanoseconds. Any thread.
class MachineTime {
 public:
  using Clock = std::chrono::steady_clock;
  using Begun = std::chrono::nanoseconds;  ///< What a call of which nothing was charged yet starts from.

  Begun begin(Clock::time_point now = Clock::now());
  /// The call's share.
  std::chrono::nanoseconds end(Begun begun, Clock::time_point now = Clock::now());

 private:
  void pass(Clock::time_point now);

  std::mutex mutex_;                      // Guards all that follows.
  Clock::time_point last_;                ///< When the number of calls changed.
  std::int64_t calls_ = 0;                ///< Under way.
  std::chrono::nanoseconds for_each_{0};  ///< What a call that was there from the beginning would be charged.
};

}  // namespace docket::backends
