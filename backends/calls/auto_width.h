#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "backends/http/timer.h"

namespace docket::backends {

/// Finds how many calls at a time an address works on best, from how long calls take that are sent while it
/// is full.
///
/// With `width` calls under way that take L for W tokens, the address gets through width × W / L. That rate
/// is measured over rounds of at least two answers for each call under way. While one call more makes it rise
/// by at least half of its share, one more is let through; else the last step is taken back, and tried again
/// some rounds later, since servers change. When calls take half as long again as in the best round at that
/// width, one less is let through; an overload (429, 503) halves it. So it stays at the number at which a
/// server's throughput ends to rise: its slots, where it has such. Between 1 and `most`. For one thread at a
/// time.
class AutoWidth {
 public:
  using Time = Timer::Clock::time_point;
  static constexpr std::size_t most = 64;
  explicit AutoWidth(std::size_t width) : width_(width) {}

  std::size_t width() const { return width_; }
  /// A call that was sent while the address was full has its answer. `tokens`: what it took of the server.
  void answered(Time sent, Time now, std::int64_t tokens);
  void overloaded(Time now);

 private:
  void end_round(Time now);
  void set(std::size_t width, Time now);
  void rest() { rounds_to_rest_ = rounds_between_tries; }

  static constexpr int rounds_between_tries = 8;

  std::size_t width_;
  Time since_ = Time::min();  ///< What was sent earlier was sent at another width.
  std::size_t answers_ = 0;   ///< Of the round.
  double seconds_ = 0, tokens_ = 0;
  bool is_trying_ = false;  ///< One more than gave `rate_before_`.
  double rate_before_ = 0;
  double best_rate_ = 0;  ///< At this width; 0: no round has ended.
  int rounds_to_rest_ = 0;
};

}  // namespace docket::backends
