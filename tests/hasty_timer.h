#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "backends/http/http.h"

namespace docket::backends {

/// A loop's timer for which waiting takes no time: the clock goes forward instead, once for all who wait at
/// the same time. Waits of an hour are for a stop that never comes: these end with the loop.
class HastyTimer final : public Timer {
 public:
  explicit HastyTimer(HttpLoop& loop) : loop_(loop) {}
  void after(std::chrono::milliseconds delay, std::function<void()> then) noexcept override {
    if (delay >= std::chrono::hours(1)) return loop_.after(delay, std::move(then));
    loop_.after(std::chrono::milliseconds(0),
                [clock = waited_ms_, end = *waited_ms_ + delay.count(), then = std::move(then)] {
                  std::int64_t now = *clock;
                  while (now < end && !clock->compare_exchange_weak(now, end)) {
                  }
                  then();
                });
  }
  Clock::time_point now() const noexcept override { return loop_.now() + waited(); }
  bool stopped() const noexcept override { return loop_.stopped(); }
  std::chrono::milliseconds waited() const { return std::chrono::milliseconds(waited_ms_->load()); }

 private:
  HttpLoop& loop_;
  /// Shared with what the loop is yet to call.
  const std::shared_ptr<std::atomic<std::int64_t>> waited_ms_ =
      std::make_shared<std::atomic<std::int64_t>>(0);
};

}  // namespace docket::backends
