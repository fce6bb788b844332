#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "backends/http/http.h"

namespace docket::backends {

/// A loop's timer for which waiting takes no time: the clock goes forward instead.
class HastyTimer final : public Timer {
 public:
  explicit HastyTimer(HttpLoop& loop) : loop_(loop) {}
  void after(std::chrono::milliseconds delay, std::function<void()> then) noexcept override {
    waited_ += delay.count();
    loop_.after(std::chrono::milliseconds(0), std::move(then));
  }
  Clock::time_point now() const noexcept override { return loop_.now() + waited(); }
  bool stopped() const noexcept override { return loop_.stopped(); }
  std::chrono::milliseconds waited() const { return std::chrono::milliseconds(waited_.load()); }

 private:
  HttpLoop& loop_;
  std::atomic<std::int64_t> waited_ = 0;
};

}  // namespace docket::backends
