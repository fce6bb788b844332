#pragma once
#include <span>
#include <utility>

#include "pipeline/support/stopwatch.h"

namespace docket {

/// A question of a document that was answered: when, and how long it had waited in a queue.
struct AnsweredQuestion {
  WallClock::time_point at;
  WallClock::duration queued{0};
};

/// Of questions that were asked at the same time: how long at least one was at work, not in a queue. Each is
/// taken to have waited first.
WallClock::duration time_at_work(WallClock::time_point asked, std::span<const AnsweredQuestion> questions);

}  // namespace docket
