#pragma once
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace docket {

/// What somebody is told of while a run goes on, one by one, and its report says at the end. Any thread.
template <typename Told>
class Collected {
 public:
  explicit Collected(std::function<void(const Told&)> tell) : tell_(std::move(tell)) {}

  void add(const Told& told) {
    {
      const std::lock_guard lock(mutex_);
      all_.push_back(told);
    }
    tell_(told);
  }
  std::vector<Told> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  const std::function<void(const Told&)> tell_;
  mutable std::mutex mutex_;
  std::vector<Told> all_;  ///< Guarded by mutex_.
};

/// What people are told besides how documents end.
using Warnings = Collected<std::string>;

}  // namespace docket
