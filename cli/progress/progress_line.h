#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/activity.h"

namespace docket {

/// How far a run is, for one line.
struct ProgressState {
  std::int64_t done = 0;   ///< Documents that have ended or need nothing.
  std::int64_t total = 0;  ///< Of so many.
  bool is_total = false;   ///< Not: there may be more.
  bool is_stopping = false;
  std::int64_t kept = 0, failed = 0, held = 0;
  std::chrono::milliseconds elapsed{0};
  std::optional<std::chrono::milliseconds> left = std::nullopt;
  std::vector<Activity::Entry> backends = {};
};

/// What nothing can be done about: "local: loading its model, 40 s; cloud: asked to pause until 08:03".
/// Empty: nobody waits.
std::string waits_of(const std::vector<Activity::Entry>& backends, BackendActivity::Clock::time_point now);

/// 312/1000 documents, 4.1/s, 2 failed, 310 tokens/s, $0.12, 3 min left; local: 4 asked, 12 queued. At most
/// so many columns: what matters least is left out first. `waits` goes in place of what the backends do.
std::string progress_line(const ProgressState& state, const std::string& waits, std::size_t columns);

}  // namespace docket
