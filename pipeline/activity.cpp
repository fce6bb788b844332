#include "pipeline/activity.h"

#include <algorithm>
#include <list>
#include <utility>

namespace docket {

/// Shared with those who wait, one of whom may end when the backend is gone.
struct BackendActivity::Waits {
  std::mutex mutex;
  std::list<Wait> all;  ///< Guarded by mutex.
};

std::shared_ptr<BackendActivity::Waits> BackendActivity::no_waits() { return std::make_shared<Waits>(); }

void BackendActivity::question_begins() {
  const std::lock_guard lock(mutex_);
  ++now_.asked;
}

void BackendActivity::question_ends() {
  const std::lock_guard lock(mutex_);
  --now_.asked;
}

void BackendActivity::sent() {
  const std::lock_guard lock(mutex_);
  if (now_.with_server++ == 0) now_.silent_since = Clock::now();
}

void BackendActivity::replied(const Usage& usage) {
  const std::lock_guard lock(mutex_);
  ++now_.answered;
  now_.usage += usage;
  if (--now_.with_server == 0)
    now_.silent_since.reset();
  else
    now_.silent_since = Clock::now();
}

std::shared_ptr<const void> BackendActivity::wait(std::string what, std::optional<Clock::time_point> until) {
  const std::lock_guard lock(waits_->mutex);
  const auto entry = waits_->all.insert(waits_->all.end(), {std::move(what), Clock::now(), until});
  return {static_cast<const void*>(&*entry), [waits = waits_, entry](const void*) {
            const std::lock_guard inner(waits->mutex);
            waits->all.erase(entry);
          }};
}

BackendActivity::Now BackendActivity::now() const {
  Now now;
  {
    const std::lock_guard lock(mutex_);
    now = now_;
  }
  const std::lock_guard lock(waits_->mutex);
  const auto never = Clock::time_point::max();
  const auto longest =
      std::ranges::max_element(waits_->all, {}, [&](const Wait& wait) { return wait.until.value_or(never); });
  if (longest == waits_->all.end()) return now;
  now.wait = *longest;
  for (const Wait& wait : waits_->all)
    if (wait.what == longest->what) now.wait->since = std::min(now.wait->since, wait.since);
  return now;
}

BackendActivity& Activity::of(const std::string& backend) {
  const std::lock_guard lock(mutex_);
  return backends_[backend];
}

std::vector<Activity::Entry> Activity::now() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> all;
  for (const auto& [backend, activity] : backends_)
    all.push_back({backend, activity.now()});
  return all;
}

}  // namespace docket
