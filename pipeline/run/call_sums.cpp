#include "pipeline/run/call_sums.h"

#include <algorithm>
#include <utility>

#include "pipeline/record.h"

namespace docket {

using nlohmann::ordered_json;

namespace {

/// The least number that so many of 100 do not exceed (nearest rank); null: there is none.
ordered_json percentile(const std::map<std::int64_t, std::int64_t>& counts, std::int64_t percent) {
  std::int64_t all = 0;
  for (const auto& [number, count] : counts)
    all += count;
  std::int64_t left = (all * percent + 99) / 100;
  for (const auto& [number, count] : counts)
    if ((left -= count) <= 0) return number;
  return nullptr;
}

}  // namespace

void CallSums::add(const LedgerCall& call) {
  queued_ms_ += call.queued_ms;
  if (call.outcome == known_answer) {
    ++known_answers_;
    known_ += call.reused;
    return;
  }
  ++(call.attempt <= 1 ? calls_ : retries_);
  paused_ms_ += call.paused_ms;
  wire_ms_ += call.wire_ms;
  usage_ += call.usage;
  if (call.outcome == "ok") ++latencies_[std::max<std::int64_t>(0, call.wall_ms - call.queued_ms)];
}

void CallSums::add_to(ordered_json& object) const {
  object["calls"] = calls_;
  object["attempts"] = calls_ + retries_;
  object["retries"] = retries_;
  object["cache_hits"] = known_answers_;
  object["latency_ms"] = {{"p50", percentile(latencies_, 50)},
                          {"p90", percentile(latencies_, 90)},
                          {"p99", percentile(latencies_, 99)}};
  object["queued_ms"] = queued_ms_;
  object["paused_ms"] = paused_ms_;
  object["wire_ms"] = wire_ms_;
  object["usage"] = to_json(usage_);
}

}  // namespace docket
