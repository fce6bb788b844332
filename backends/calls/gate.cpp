#include "backends/calls/gate.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "backends/calls/shared_backend.h"

namespace docket::backends {
namespace {

using Time = Timer::Clock::time_point;

constexpr std::int64_t first_of_all = std::numeric_limits<std::int64_t>::min();

class Gate final : public Backend, public std::enable_shared_from_this<Gate> {
 public:
  Gate(std::unique_ptr<Backend> inner, GateOptions options, Timer& timer)
      : inner_(std::move(inner)), options_(std::move(options)), timer_(timer), width_(options_.width) {}

  void submit(Request request, Done done) noexcept override {
    {
      const std::lock_guard lock(mutex_);
      earliest_deadline_ = std::min(earliest_deadline_, request.deadline);
      const bool seated = seats_.contains(request.asked_by.document);
      const std::int64_t rank = seated ? first_of_all : -static_cast<std::int64_t>(request.asked_by.position);
      const auto order = std::pair(rank, arrivals_++);
      waiting_.emplace(order, Waiting{std::move(request), std::move(done)});
    }
    let_through();
  }

 private:
  struct Waiting {
    Request request;
    Done done;
    std::optional<Error> refused = std::nullopt;
    std::uint64_t round = 0;
  };
  /// By rank, then by arrival.
  using Queue = std::map<std::pair<std::int64_t, std::uint64_t>, Waiting>;

  static bool is_unreachable(const Reply& reply) {
    return !reply.answer && reply.answer.error().error_class == ErrorClass::unreachable;
  }

  /// Sends what may be sent. One thread at a time does it, for all: calls that end on the spot do not pile up
  /// on the stack.
  void let_through() noexcept {
    std::unique_lock lock(mutex_);
    if (letting_through_) return;
    letting_through_ = true;
    while (std::optional<Waiting> next = take_next()) {
      lock.unlock();
      if (next->refused) {
        next->done({.answer = *next->refused});
      } else {
        send(std::move(*next));
      }
      lock.lock();
    }
    letting_through_ = false;
    wake_up_in_time();
  }

  // From here to `wake_up_in_time`: with mutex_ held.

  std::optional<Waiting> take_next() {
    const Time now = timer_.now();
    std::erase_if(seats_, [&](const auto& seat) { return seat.second <= now; });
    if (waiting_.empty()) return std::nullopt;
    if (timer_.stopped()) return refuse(waiting_.begin(), {ErrorClass::cancelled, "the run was stopped"});
    if (earliest_deadline_ <= now) {
      if (auto late = take_late(now)) return late;
    }
    if (paused_until_ > now) return std::nullopt;
    if (running_ >= width_) return std::nullopt;
    const auto& [order, first] = *waiting_.begin();
    if (order.first == first_of_all) {
      seats_.erase(first.request.asked_by.document);
      return take(waiting_.begin());
    }
    if (running_ + seats_.size() >= width_) return std::nullopt;
    return take(waiting_.begin());
  }

  std::optional<Waiting> take_late(Time now) {
    earliest_deadline_ = Time::max();
    for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) {
      const Time deadline = entry->second.request.deadline;
      if (deadline <= now) {
        earliest_deadline_ = now;  // There may be more of them.
        const Error busy{ErrorClass::transient,
                         options_.name + " was too busy until the document's deadline"};
        return refuse(entry, unreachable_.value_or(busy));
      }
      earliest_deadline_ = std::min(earliest_deadline_, deadline);
    }
    return std::nullopt;
  }

  Waiting refuse(Queue::iterator entry, Error error) {
    Waiting waiting = std::move(entry->second);
    waiting_.erase(entry);
    waiting.refused = std::move(error);
    return waiting;
  }

  Waiting take(Queue::iterator entry) {
    Waiting waiting = std::move(entry->second);
    waiting_.erase(entry);
    waiting.round = round_;
    ++running_;
    return waiting;
  }

  void note(const Reply& reply, std::uint64_t round) {
    const bool trouble =
        reply.overloaded || (!reply.answer && reply.answer.error().error_class == ErrorClass::transport);
    if (!trouble) {
      if (!reply.answer) return;
      pauses_ = 0;
      if (width_ < options_.width && ++successes_ >= options_.width) {
        successes_ = 0;
        ++width_;
      }
      return;
    }
    std::chrono::milliseconds pause = reply.retry_after.value_or(std::chrono::milliseconds(0));
    if (round == round_) {  // Of those that were sent together, only the first to fail narrows the gate.
      ++round_;
      successes_ = 0;
      width_ = std::max<std::size_t>(1, width_ / 2);
      pause = std::max(pause, options_.pause * (1 << std::min(pauses_++, 10)));
    }
    paused_until_ = std::max(paused_until_, timer_.now() + std::min(pause, options_.longest_pause));
  }

  void wake_up_in_time() {
    if (waiting_.empty()) return;
    const Time now = timer_.now();
    Time next = earliest_deadline_;
    if (paused_until_ > now) next = std::min(next, paused_until_);
    for (const auto& [document, until] : seats_)
      next = std::min(next, until);
    if (next == Time::max() || (wakes_up_at_ > now && wakes_up_at_ <= next)) return;
    wakes_up_at_ = next;
    timer_.after(std::chrono::ceil<std::chrono::milliseconds>(std::max(next - now, Time::duration(0))),
                 [self = shared_from_this()] { self->let_through(); });
  }

  void send(Waiting next) noexcept {
    std::string document = next.request.asked_by.more_to_come ? next.request.asked_by.document : "";
    inner_->submit(std::move(next.request), [this, round = next.round, document = std::move(document),
                                             done = std::move(next.done)](Reply reply) {
      Queue in_vain;
      {
        const std::lock_guard lock(mutex_);
        --running_;
        note(reply, round);
        if (!document.empty() && reply.answer) seats_[document] = timer_.now() + options_.seat;
        unreachable_.reset();
        if (is_unreachable(reply)) {
          unreachable_ = reply.answer.error();
          in_vain.swap(waiting_);
        }
      }
      for (const auto& [order, each] : in_vain)
        each.done({.answer = reply.answer.error()});
      let_through();
      done(std::move(reply));
    });
  }

  const std::unique_ptr<Backend> inner_;
  const GateOptions options_;
  Timer& timer_;

  std::mutex mutex_;  // Guards all that follows.
  bool letting_through_ = false;
  Queue waiting_;
  std::uint64_t arrivals_ = 0;
  std::size_t width_;
  std::size_t running_ = 0;
  std::map<std::string, Time>
      seats_;  // Of documents whose next call is awaited, and until when. No more than width_.
  std::size_t successes_ = 0;         // Since the width last changed.
  std::uint64_t round_ = 0;           // How often the gate was narrowed.
  int pauses_ = 0;                    // Without a success between them.
  std::optional<Error> unreachable_;  // What the last reply said, if the server was not reached.
  Time paused_until_ = Time::min();
  Time earliest_deadline_ = Time::max();  // Of those that wait, or earlier.
  Time wakes_up_at_ = Time::min();
};

}  // namespace

std::unique_ptr<Backend> make_gate(std::unique_ptr<Backend> inner, GateOptions options, Timer& timer) {
  return std::make_unique<SharedBackend>(std::make_shared<Gate>(std::move(inner), std::move(options), timer));
}

}  // namespace docket::backends
