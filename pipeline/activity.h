#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/usage.h"

namespace docket {

/// What is waited for while a server reads its model into memory.
inline constexpr std::string_view loading_model = "loading its model";

/// What is waited for where a server says for how long it wants none.
inline constexpr std::string_view asked_to_pause = "asked to pause";

/// What one backend is doing right now: told by those that its calls pass, read by who shows it. Any thread.
class BackendActivity {
 public:
  using Clock = std::chrono::steady_clock;

  /// What nobody can do anything about but wait.
  struct Wait {
    std::string what;                                       ///< "loading its model", "asked to pause"
    Clock::time_point since = {};                           ///< The first of several that wait for the same.
    std::optional<Clock::time_point> until = std::nullopt;  ///< Tried again then; none: when it is over.
  };
  struct Now {
    std::int64_t asked = 0;        ///< Questions that have no answer yet.
    std::int64_t with_server = 0;  ///< Of these, those that a server is at work on.
    std::int64_t answered = 0;     ///< Replies of servers so far, refusals too.
    Usage usage = {};              ///< Of these.
    /// Since then no server has sent anything though it was asked; none: it is not asked, or the answers
    /// come.
    std::optional<Clock::time_point> silent_since = std::nullopt;
    std::optional<Wait> wait = std::nullopt;  ///< The one that lasts longest; none: it waits for nothing.
  };

  void question_begins();
  void question_ends();
  void sent();
  void replied(const Usage& usage);
  /// It waits from now on, until what this returns is gone.
  std::shared_ptr<const void> wait(std::string what, std::optional<Clock::time_point> until = std::nullopt);

  Now now() const;

 private:
  struct Waits;
  static std::shared_ptr<Waits> no_waits();

  mutable std::mutex mutex_;
  Now now_;  ///< But for `wait`. Guarded by mutex_.
  const std::shared_ptr<Waits> waits_ = no_waits();
};

/// Of all backends of a run. Outlives them.
class Activity {
 public:
  /// Stays where it is. The first time that it is named, the backend comes to be.
  BackendActivity& of(const std::string& backend);

  struct Entry {
    std::string backend;
    BackendActivity::Now now;
  };
  std::vector<Entry> now() const;  ///< By name.

 private:
  mutable std::mutex mutex_;
  std::map<std::string, BackendActivity> backends_;  ///< Guarded by mutex_.
};

}  // namespace docket
