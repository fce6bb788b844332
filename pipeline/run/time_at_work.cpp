#include "pipeline/run/time_at_work.h"

#include <algorithm>
#include <vector>

namespace docket {

WallClock::duration time_at_work(WallClock::time_point asked, std::span<const AnsweredQuestion> questions) {
  std::vector<std::pair<WallClock::time_point, WallClock::time_point>> spans;
  for (const AnsweredQuestion& question : questions)
    spans.emplace_back(std::min(asked + question.queued, question.at), question.at);
  std::ranges::sort(spans);
  WallClock::duration time{0};
  WallClock::time_point counted = asked;
  for (const auto& [begin, end] : spans) {
    time += std::max(WallClock::duration(0), end - std::max(begin, counted));
    counted = std::max(counted, end);
  }
  return time;
}

}  // namespace docket
