#pragma once
#include <chrono>
#include <functional>

namespace docket::backends {

/// Time, as those see it who must wait without holding a thread. It outlives those who use it. Its destructor
/// calls what is still pending: a callback owns what it refers to, unless that cannot go before it was
/// called.
class Timer {
 public:
  using Clock = std::chrono::steady_clock;
  virtual ~Timer() = default;
  /// Calls `then` once, by the timer's thread, after so long; at once when the run is stopped. Any thread may
  /// ask.
  virtual void after(std::chrono::milliseconds delay, std::function<void()> then) noexcept = 0;
  virtual Clock::time_point now() const noexcept = 0;
  /// The run is to end: nothing new is begun, and what waits is answered with ErrorClass::cancelled.
  virtual bool stopped() const noexcept = 0;
};

}  // namespace docket::backends
