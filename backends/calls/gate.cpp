#include "backends/calls/gate.h"

#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "backends/calls/lane.h"
#include "backends/calls/queue_wait.h"
#include "backends/calls/shared_backend.h"

namespace docket::backends {
namespace {

using Time = Timer::Clock::time_point;

constexpr std::int64_t first_of_all = std::numeric_limits<std::int64_t>::min();
constexpr std::size_t most_remembered = 10'000;
/// With a timer pending the queue hears of a stop at once: then all timers fire.
constexpr std::chrono::hours longest_sleep{1};
/// Fewer in a row may be of one document that no server can take.
constexpr int failures_of_an_outage = 5;

/// A request, and what became of it at addresses that were asked in vain.
struct Call {
  Request request;
  Backend::Done done;
  Time waits_since{};
  std::vector<bool> tried = {};  ///< By address; empty: none.
  /// What it failed with where a later try may succeed.
  std::optional<Error> may_pass = std::nullopt;
  Spending spent = {};
  std::int64_t cpu_ns = 0;
  Timer::Clock::duration queued{0};
  std::optional<Error> refused = std::nullopt;
  // Once it is sent:
  std::size_t lane = 0;
  std::uint64_t round = 0;
  Time sent_at{};
  bool was_full = false;  ///< Its address, with it.

  bool was_tried(std::size_t address) const { return !tried.empty() && tried[address]; }
};

/// Of the address: the call never got there.
bool says_nothing(const Reply& reply) {
  if (reply.answer) return false;
  const ErrorClass error = reply.answer.error().error_class;
  return error == ErrorClass::cancelled || error == ErrorClass::withheld || error == ErrorClass::bug;
}

/// Good or not, it may have to be paid for.
bool is_of_a_model(const Reply& reply) {
  return reply.answer || reply.answer.error().error_class == ErrorClass::content;
}

/// In tokens that the server writes: it reads many in the time for one.
std::int64_t work_of(const Reply& reply) {
  constexpr std::int64_t read_for_one = 8;
  const Usage used = reply.spent.total();
  return used.output_tokens + (used.input_tokens - used.cached_input_tokens) / read_for_one;
}

class Gate final : public Backend, public std::enable_shared_from_this<Gate> {
 public:
  Gate(std::vector<std::unique_ptr<Backend>> addresses, const GateOptions& options, Timer& timer)
      : options_(options), timer_(timer) {
    const std::size_t width = options.find_width ? 1 : options.width;
    const std::size_t trial = addresses.size() > 1 ? 1 : std::numeric_limits<std::size_t>::max();
    for (std::unique_ptr<Backend>& address : addresses)
      lanes_.emplace_back(std::move(address), LaneOptions{width, options.finds_width, trial, options.pause,
                                                          options.longest_pause});
  }

  void submit(Request request, Done done) noexcept override {
    const auto self = shared_from_this();  // Its last call may end meanwhile, and with that its owner.
    {
      const std::lock_guard lock(mutex_);
      const bool seated = seats_.contains(request.asked_by.document);
      const std::int64_t rank = seated ? first_of_all : -static_cast<std::int64_t>(request.asked_by.position);
      wait(rank, Call{std::move(request), std::move(done)});
    }
    let_through();
  }

 private:
  /// By rank, then by arrival.
  using Queue = std::map<std::pair<std::int64_t, std::uint64_t>, Call>;
  struct Seat {
    std::size_t lane = 0;
    Time until{};
  };

  /// Sends what may be sent. One thread at a time does it, for all: calls that end on the spot do not pile up
  /// on the stack.
  void let_through() noexcept {
    std::unique_lock lock(mutex_);
    if (letting_through_) return;
    letting_through_ = true;
    while (std::optional<Call> next = take_next()) {
      lock.unlock();
      if (next->refused) {
        const Error error = *next->refused;
        end(std::move(*next), {.answer = error});
      } else {
        send(std::move(*next));
      }
      lock.lock();
    }
    letting_through_ = false;
    wake_up_in_time();
  }

  void send(Call call) noexcept {
    find_width(call.lane);
    Backend& server = lanes_[call.lane].server();
    Request request = std::move(call.request);
    call.request =
        lanes_.size() > 1 ? request : Request{.backend = {}, .question = {}, .asked_by = request.asked_by};
    auto sent = std::make_shared<Call>(std::move(call));
    server.submit(std::move(request),
                  [this, sent](Reply reply) { take_reply(std::move(*sent), std::move(reply)); });
  }

  void find_width(std::size_t address) noexcept {
    if (!options_.find_width) return;
    {
      const std::lock_guard lock(mutex_);
      if (!lanes_[address].has_unknown_width()) return;
    }
    options_.find_width(address, [self = shared_from_this(), address](std::size_t width) {
      {
        const std::lock_guard lock(self->mutex_);
        self->lanes_[address].set_width(width);
      }
      self->let_through();
    });
  }

  void take_reply(Call call, Reply reply) noexcept {
    call.spent += reply.spent;
    call.cpu_ns += reply.cpu_ns;
    Queue in_vain;
    bool is_over = true;
    {
      const std::lock_guard lock(mutex_);
      const Time now = timer_.now();
      note(call, reply, now);
      if (may_be_the_address(reply) && another_is_open(call, now)) {
        try_elsewhere(call, reply, now);
        is_over = false;
      } else {
        reply = verdict(call, std::move(reply), now);
        if (options_.keeps_places && is_of_a_model(reply)) {
          reply.place = place_at(call.lane);
        } else {
          --lanes_[call.lane].running;
        }
        if (is_an_outage(reply, now)) in_vain.swap(waiting_);
      }
    }
    for (auto& [order, each] : in_vain)
      end(std::move(each),
          {.answer = reply.answer.error(), .retry_after = reply.retry_after, .paused = reply.paused});
    let_through();
    if (is_over) end(std::move(call), std::move(reply));
  }

  /// With all that its tries have cost.
  static void end(Call call, Reply reply) noexcept {
    reply.spent = std::move(call.spent);
    reply.cpu_ns = call.cpu_ns;
    reply.queued += call.queued;
    call.done(std::move(reply));
  }

  std::shared_ptr<void> place_at(std::size_t lane) {
    return {nullptr, [self = shared_from_this(), lane](void*) {
              {
                const std::lock_guard lock(self->mutex_);
                --self->lanes_[lane].running;
              }
              self->let_through();
            }};
  }

  // From here on: with mutex_ held.

  void wait(std::int64_t rank, Call call) {
    call.waits_since = timer_.now();
    waiting_.emplace(std::pair(rank, arrivals_++), std::move(call));
  }

  std::optional<Call> take_next() {
    if (waiting_.empty()) return std::nullopt;  // A place may come back when the timer is gone.
    const Time now = timer_.now();
    give_seats_away(now);
    if (timer_.stopped()) {
      Call call = take(waiting_.begin(), now);
      call.refused = Error{ErrorClass::cancelled, "the run was stopped"};
      return call;
    }
    const bool any_is_free = std::ranges::any_of(
        lanes_, [&](const Lane& lane) { return lane.is_open(now) && lane.has_free_room(); });
    for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) {
      if (!any_is_free && entry->first.first != first_of_all) return std::nullopt;
      if (const std::optional<std::size_t> lane = lane_for(entry->second, now)) {
        Call call = take(entry, now);
        begin(call, *lane, now);
        return call;
      }
    }
    return std::nullopt;
  }

  Call take(Queue::iterator entry, Time now) {
    Call call = std::move(entry->second);
    waiting_.erase(entry);
    const auto waited = now - call.waits_since;
    prolong(call.request, waited);
    call.queued += waited;
    return call;
  }

  void begin(Call& call, std::size_t lane, Time now) {
    const Caller& caller = call.request.asked_by;
    if (const auto seat = seats_.find(caller.document); seat != seats_.end()) {
      --lanes_[seat->second.lane].seats;
      seats_.erase(seat);
    }
    ++lanes_[lane].running;
    call.lane = lane;
    call.round = lanes_[lane].round();
    call.sent_at = now;
    call.was_full = !lanes_[lane].has_free_room();
    if (lanes_.size() == 1) return;
    known_at_.erase(caller.document);
    if (known_at_.size() >= most_remembered) known_at_.clear();  // Documents that ended early stay behind.
    if (caller.more_to_come) known_at_[caller.document] = lane;
  }

  /// None: it must wait.
  std::optional<std::size_t> lane_for(const Call& call, Time now) const {
    const auto is_for_it = [&](std::size_t i) { return !call.was_tried(i) && lanes_[i].is_open(now); };
    const std::string& document = call.request.asked_by.document;
    const auto seat = seats_.find(document);
    if (seat != seats_.end() && is_for_it(seat->second.lane) && lanes_[seat->second.lane].has_room())
      return seat->second.lane;
    const auto is_free = [&](std::size_t i) { return is_for_it(i) && lanes_[i].has_free_room(); };
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      if (!is_free(i)) continue;
      // What rested long enough is tried first: one call more or less does not count, one address does.
      if (lanes_[i].is_in_trouble()) return i;
      if (!best || lanes_[i].running < lanes_[*best].running) best = i;
    }
    const auto known = known_at_.find(document);
    return best && known != known_at_.end() && is_free(known->second) ? known->second : best;
  }

  void give_seats_away(Time now) {
    std::erase_if(seats_, [&](const auto& seat) {
      if (seat.second.until > now) return false;
      --lanes_[seat.second.lane].seats;
      return true;
    });
  }

  void note(const Call& call, const Reply& reply, Time now) {
    Lane& lane = lanes_[call.lane];
    lane.set_dead(reply);
    if (!may_be_the_address(reply)) {
      if (says_nothing(reply)) return;
      failures_ = 0;
      answered_at_ = now;
      lane.succeeded();
      if (call.was_full) lane.measure(call.sent_at, now, work_of(reply));
      if (reply.answer && call.request.asked_by.more_to_come) keep_seat(call, now);
      return;
    }
    if (failures_++ == 0) failing_since_ = std::max(call.sent_at, answered_at_);
    const bool is_trouble = reply.overloaded || reply.answer.error().error_class == ErrorClass::transport;
    if (is_trouble || another_is_open(call, now)) lane.pause(reply.retry_after, call.round, now);
  }

  void keep_seat(const Call& call, Time now) {
    const auto [seat, is_new] = seats_.try_emplace(call.request.asked_by.document);
    if (!is_new) --lanes_[seat->second.lane].seats;
    ++lanes_[call.lane].seats;
    seat->second = {call.lane, now + options_.seat};
  }

  /// One that could answer in place of the call's own.
  bool another_is_open(const Call& call, Time now) const {
    if (timer_.stopped()) return false;
    for (std::size_t i = 0; i < lanes_.size(); ++i)
      if (i != call.lane && !call.was_tried(i) && lanes_[i].is_open(now)) return true;
    return false;
  }

  /// The time that was lost does not count either: one address that hangs must not take it all.
  void try_elsewhere(Call& call, const Reply& reply, Time now) {
    --lanes_[call.lane].running;
    call.tried.resize(lanes_.size());
    call.tried[call.lane] = true;
    if (reply.answer.error().error_class != ErrorClass::unavailable) call.may_pass = reply.answer.error();
    const auto lost = now - call.sent_at;
    prolong(call.request, lost);
    call.queued += lost;
    wait(first_of_all, std::move(call));
  }

  /// An address where nothing can be had says nothing of those that only rest: the call may be tried again.
  Reply verdict(const Call& call, Reply reply, Time now) const {
    if (reply.answer) return reply;
    const auto rests = [&](std::size_t i) {
      return i != call.lane && !call.was_tried(i) && !lanes_[i].is_dead();
    };
    bool one_rests = false;
    std::chrono::milliseconds pause = lanes_.front().pause_left(now);
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      one_rests = one_rests || rests(i);
      pause = std::min(pause, lanes_[i].pause_left(now));
    }
    if (pause.count() > 0) reply.paused = pause;
    const Error error = reply.answer.error();
    if (error.error_class != ErrorClass::unavailable) return reply;
    if (call.may_pass) {
      reply.answer = *call.may_pass;
    } else if (one_rests) {
      reply.answer = Error{ErrorClass::transient, error.message};
    }
    return reply;
  }

  /// True if the error of the last reply is that of all that wait.
  bool is_an_outage(const Reply& reply, Time now) const {
    if (!may_be_the_address(reply)) return false;
    if (std::ranges::all_of(lanes_, &Lane::is_dead)) return true;
    const bool all_ask_too_much = std::ranges::all_of(lanes_, [&](const Lane& lane) {
      return lane.is_dead() || lane.asked_away_until() > now + options_.patience;
    });
    return failures_ >= failures_of_an_outage &&
           (all_ask_too_much || now - failing_since_ >= options_.patience);
  }

  void wake_up_in_time() {
    if (waiting_.empty()) return;
    const Time now = timer_.now();
    Time next = Time::max();
    for (const Lane& lane : lanes_)
      if (!lane.is_open(now)) next = std::min(next, lane.paused_until());
    for (const auto& [document, seat] : seats_)
      next = std::min(next, seat.until);
    if (next != Time::max() && (wakes_up_at_ <= now || wakes_up_at_ > next)) wake_up(wakes_up_at_ = next);
    if (hears_of_stop_until_ <= now) wake_up(hears_of_stop_until_ = now + longest_sleep);
  }

  void wake_up(Time when) {
    const auto wait = std::max(when - timer_.now(), Time::duration(0));
    timer_.after(std::chrono::ceil<std::chrono::milliseconds>(wait),
                 [self = shared_from_this()] { self->let_through(); });
  }

  const GateOptions options_;
  Timer& timer_;

  std::mutex mutex_;  // Guards all that follows, but for the lanes' servers.
  std::vector<Lane> lanes_;
  bool letting_through_ = false;
  Queue waiting_;
  std::uint64_t arrivals_ = 0;
  std::map<std::string, Seat> seats_;            // Of documents whose next call is awaited.
  std::map<std::string, std::size_t> known_at_;  // Which address was asked last about a document.
  int failures_ = 0;                             // In a row, where the address may be to blame.
  Time failing_since_ = Time::min();             // With failures: since then no call has had an answer.
  Time answered_at_ = Time::min();               // By the last call that had one.
  Time wakes_up_at_ = Time::min();
  Time hears_of_stop_until_ = Time::min();
};

}  // namespace

std::unique_ptr<Backend> make_gate(std::vector<std::unique_ptr<Backend>> addresses, GateOptions options,
                                   Timer& timer) {
  return std::make_unique<SharedBackend>(std::make_shared<Gate>(std::move(addresses), options, timer));
}

}  // namespace docket::backends
