#include "backends/calls/load_balancer.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "backends/calls/shared_backend.h"

namespace docket::backends {
namespace {

using Time = Timer::Clock::time_point;

constexpr std::size_t most_remembered = 10'000;

struct Endpoint {
  std::unique_ptr<Backend> backend;
  std::size_t busy = 0;
  int failures = 0;  ///< In a row.
  Time rests_until = Time::min();
  bool on_trial = false;
};

class LoadBalancer final : public Backend, public std::enable_shared_from_this<LoadBalancer> {
 public:
  LoadBalancer(std::vector<std::unique_ptr<Backend>> backends, LoadBalancerOptions options, Timer& timer)
      : options_(std::move(options)), timer_(timer) {
    for (std::unique_ptr<Backend>& backend : backends)
      addresses_.push_back({.backend = std::move(backend)});
  }

  void submit(Request request, Done done) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      earliest_deadline_ = std::min(earliest_deadline_, request.deadline);
      waiting_.push_back({std::move(request), std::move(done)});
    }
    hand_out();
  }

 private:
  struct Waiting {
    Request request;
    Done done;
  };
  struct Step {
    Waiting waiting;
    Endpoint* address = nullptr;  ///< Null: it ends with `error`.
    Error error = {};
    bool is_trial = false;
  };

  /// One thread at a time does it, for all: calls that end on the spot do not pile up on the stack.
  void hand_out() noexcept {
    std::unique_lock lock(mutex_);
    if (handing_out_) return;
    handing_out_ = true;
    while (std::optional<Step> step = next_step()) {
      lock.unlock();
      if (step->address == nullptr) {
        step->waiting.done({.answer = step->error});
      } else {
        send(std::move(*step));
      }
      lock.lock();
    }
    handing_out_ = false;
    wake_up_in_time();
  }

  // From here to `note`: with mutex_ held.

  std::optional<Step> next_step() {
    if (waiting_.empty()) return std::nullopt;
    if (timer_.stopped())
      return Step{take(waiting_.begin()), nullptr, {ErrorClass::cancelled, "the run was stopped"}};
    const Time now = timer_.now();
    if (earliest_deadline_ <= now) {
      if (auto late = take_late(now)) return late;
    }
    if (Endpoint* address = choose(waiting_.front().request, now)) {
      ++address->busy;
      const bool is_trial = address->failures > 0;
      if (is_trial) address->on_trial = true;
      remember(waiting_.front().request.asked_by, *address);
      return Step{take(waiting_.begin()), address, {}, is_trial};
    }
    return std::nullopt;
  }

  Waiting take(std::deque<Waiting>::iterator entry) {
    Waiting waiting = std::move(*entry);
    waiting_.erase(entry);
    return waiting;
  }

  std::optional<Step> take_late(Time now) {
    earliest_deadline_ = Time::max();
    for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) {
      if (entry->request.deadline <= now) {
        earliest_deadline_ = now;  // There may be more of them.
        return Step{
            take(entry),
            nullptr,
            {ErrorClass::transport, options_.name + " could not be reached until the document's deadline"}};
      }
      earliest_deadline_ = std::min(earliest_deadline_, entry->request.deadline);
    }
    return std::nullopt;
  }

  /// Null: all rest or are on trial.
  Endpoint* choose(const Request& request, Time now) {
    Endpoint* least = nullptr;
    for (Endpoint& address : addresses_) {
      if (address.failures > 0 && (address.on_trial || address.rests_until > now)) continue;
      // What rested long enough is tried first: one request more or less does not count, one address does.
      if (address.failures > 0) return &address;
      if (least == nullptr || address.busy < least->busy) least = &address;
    }
    const auto known = known_at_.find(request.asked_by.document);
    if (least == nullptr || known == known_at_.end()) return least;
    Endpoint& same = addresses_[known->second];
    return same.failures == 0 && same.busy <= least->busy + options_.slack ? &same : least;
  }

  void remember(const Caller& caller, const Endpoint& address) {
    if (!caller.more_to_come) {
      known_at_.erase(caller.document);
      return;
    }
    if (known_at_.size() >= most_remembered) known_at_.clear();  // Documents that ended early stay behind.
    known_at_[caller.document] = static_cast<std::size_t>(&address - addresses_.data());
  }

  void wake_up_in_time() {
    if (waiting_.empty()) return;
    const Time now = timer_.now();
    Time next = earliest_deadline_;
    for (const Endpoint& address : addresses_) {
      if (!address.on_trial) next = std::min(next, std::max(address.rests_until, now));
    }
    if (next == Time::max() || (wakes_up_at_ > now && wakes_up_at_ <= next)) return;
    wakes_up_at_ = next;
    timer_.after(std::chrono::ceil<std::chrono::milliseconds>(next - now),
                 [self = shared_from_this()] { self->hand_out(); });
  }

  /// Those that waited for a trial which failed, and have nobody else to ask.
  std::deque<Waiting> note(Endpoint& address, bool was_trial, const Reply& reply) {
    --address.busy;
    if (was_trial) address.on_trial = false;
    const ErrorClass error = reply.answer ? ErrorClass::bug : reply.answer.error().error_class;
    if (error == ErrorClass::cancelled) return {};
    if (error != ErrorClass::transport && error != ErrorClass::unreachable && !reply.overloaded) {
      address.failures = 0;
      return {};
    }
    const Time now = timer_.now();
    if (address.failures == 0 || address.rests_until <= now) {  // Not again for those that were sent before.
      const auto rest = options_.rest * (1 << std::min(address.failures, 10));
      ++address.failures;
      address.rests_until =
          now + std::min(std::max(rest, reply.retry_after.value_or(rest)), options_.longest_rest);
    }
    const bool all_rest = std::ranges::all_of(addresses_, [&](const Endpoint& each) {
      return each.failures > 0 && !each.on_trial && each.rests_until > now;
    });
    if (!was_trial || !all_rest) return {};
    return std::exchange(waiting_, {});
  }

  void send(Step step) noexcept {
    Endpoint& address = *step.address;
    address.backend->submit(
        std::move(step.waiting.request),
        [this, &address, is_trial = step.is_trial, done = std::move(step.waiting.done)](Reply reply) {
          std::deque<Waiting> in_vain;
          {
            const std::lock_guard lock(mutex_);
            in_vain = note(address, is_trial, reply);
          }
          for (const Waiting& each : in_vain)
            each.done({.answer = reply.answer.error()});
          hand_out();
          done(std::move(reply));
        });
  }

  const LoadBalancerOptions options_;
  Timer& timer_;

  std::mutex mutex_;  // Guards all that follows, but for Endpoint::backend.
  std::vector<Endpoint> addresses_;
  std::map<std::string, std::size_t> known_at_;  // Which address was asked last about a document.
  std::deque<Waiting> waiting_;
  bool handing_out_ = false;
  Time earliest_deadline_ = Time::max();  // Of those that wait, or earlier.
  Time wakes_up_at_ = Time::min();
};

}  // namespace

std::unique_ptr<Backend> make_load_balancer(std::vector<std::unique_ptr<Backend>> addresses,
                                            LoadBalancerOptions options, Timer& timer) {
  return std::make_unique<SharedBackend>(
      std::make_shared<LoadBalancer>(std::move(addresses), std::move(options), timer));
}

}  // namespace docket::backends
