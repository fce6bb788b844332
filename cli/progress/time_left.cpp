#include "cli/progress/time_left.h"

#include <algorithm>
#include <limits>

namespace docket {
namespace {

using namespace std::chrono_literals;

/// Long enough for the ups and downs of single documents, short enough to notice that a server has slowed
/// down.
constexpr auto window = 60s;
constexpr auto between_sums = 1s;
/// Before that any number would be made up.
constexpr std::int64_t fewest_documents = 3;
constexpr auto shortest_run = 2s;

double seconds(TimeLeft::Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void TimeLeft::left(std::size_t stage, std::int64_t tokens, Clock::time_point now) {
  Stage& at = stages_[stage];
  at.sum = {now, at.sum.documents + 1, at.sum.tokens + tokens};
  // From the first document on: what comes before it, such as a model that is loaded, does not come again.
  if (at.earlier.empty() || now - at.earlier.back().time >= between_sums) at.earlier.push_back(at.sum);
  while (at.earlier.size() > 1 && now - at.earlier[1].time >= window)
    at.earlier.pop_front();
}

double TimeLeft::seconds_left(const Stage& stage, std::int64_t documents, Clock::time_point now) const {
  const std::int64_t to_come = documents - stage.sum.documents;
  if (to_come <= 0) return 0;
  const bool by_tokens = stage.sum.tokens > 0;
  const Sum& before = stage.earlier.front();
  const auto work = [&](const Sum& sum) {
    return static_cast<double>(by_tokens ? sum.tokens : sum.documents);
  };
  double done = work(stage.sum) - work(before);
  double time = seconds(now - before.time);
  if (done <= 0) {  // Nothing for a minute: at the pace of the whole run.
    done = work(stage.sum);
    time = seconds(now - begin_);
  }
  const double each = work(stage.sum) / static_cast<double>(stage.sum.documents);
  return static_cast<double>(to_come) * each * time / done;
}

std::optional<std::chrono::milliseconds> TimeLeft::of(std::int64_t documents, Clock::time_point now) const {
  if (now - begin_ < shortest_run) return std::nullopt;
  double longest = 0;
  for (const Stage& stage : stages_) {
    if (stage.sum.documents < std::min(fewest_documents, documents)) return std::nullopt;
    if (stage.sum.documents == 0) continue;
    longest = std::max(longest, seconds_left(stage, documents, now));
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(1000 * longest));
}

}  // namespace docket
