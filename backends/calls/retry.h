#pragma once
#include <chrono>
#include <functional>
#include <memory>

#include "backends/http/timer.h"
#include "pipeline/activity.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct RetryOptions {
  int attempts = 7;
  std::chrono::milliseconds base{1'000};  ///< The first wait is at most so long; doubles with each attempt.
  std::chrono::milliseconds cap{60'000};
  /// A server that asks for more will not be waited for.
  std::chrono::milliseconds longest_hint{15 * 60'000};
  /// A server that nobody reaches for so long is given up, by all calls together.
  std::chrono::milliseconds reach{20'000};
  /// Likewise one that has answered no call for so long.
  std::chrono::milliseconds patience{10 * 60'000};
  BackendActivity* activity = nullptr;  ///< Told what is waited for; null: nobody is. Outlives it.
  std::function<double()> random = {};  ///< From [0, 1), from any thread; empty: a generator of its own.
};

/// Asks again when there was no connection or no whole reply (`unreachable`, `transport`) or the server asked
/// to come back later (`transient`). Before attempt n it waits a random part of min(cap, base · 2ⁿ), so that
/// those who failed together do not come back together; where the server says when, or nothing is sent there
/// for a while (Reply::paused), so much longer than that. What cannot be sent before the request's deadline
/// is not waited for. `spent` is that of all attempts.
std::unique_ptr<Backend> make_retry(std::unique_ptr<Backend> inner, RetryOptions options, Timer& timer);

}  // namespace docket::backends
