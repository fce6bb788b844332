#include "backends/calls/retry.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <random>

#include "backends/calls/queue_wait.h"
#include "pipeline/log.h"
#include "pipeline/support/duration.h"

namespace docket::backends {
namespace {

using std::chrono::milliseconds;
using Time = Timer::Clock::time_point;

/// An attempt that is begun later than this before the deadline would only hide why the ones before it
/// failed.
constexpr milliseconds shortest_attempt{100};

double random_part() {
  thread_local std::minstd_rand generator(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

bool may_succeed_later(ErrorClass error) {
  return error == ErrorClass::unreachable || error == ErrorClass::transport || error == ErrorClass::transient;
}

/// Why an attempt was in vain, for people who look on.
std::string what_is_waited_for(const Reply& reply) {
  switch (reply.answer.error().error_class) {
    case ErrorClass::unreachable:
      return "nobody answers";
    case ErrorClass::transport:
      return "no whole reply";
    default:
      return reply.retry_after ? std::string(asked_to_pause) : "overloaded or starting";
  }
}

class Retry final : public Backend {
 public:
  Retry(std::unique_ptr<Backend> inner, RetryOptions options, Timer& timer)
      : inner_(std::move(inner)), options_(std::move(options)), timer_(timer) {
    if (!options_.random) options_.random = random_part;
  }

  void submit(Request request, Done done) noexcept override {
    auto call = std::make_shared<Call>();
    call->tried_before = request.tries.before;
    call->request = std::move(request);
    call->done = std::move(done);
    attempt(call);
  }

 private:
  /// A request and what its attempts came to so far.
  struct Call {
    Request request;
    Done done;
    std::int64_t tried_before = 0;
    int attempts = 0;
    Spending spent;
    std::int64_t cpu_ns = 0;
    Timer::Clock::duration queued{0};
  };
  using CallPtr = std::shared_ptr<Call>;

  void attempt(const CallPtr& call) noexcept {
    call->request.tries.before = call->tried_before + call->attempts++;
    inner_->submit(call->request, [this, call](Reply reply) { consider(call, std::move(reply)); });
  }

  void consider(const CallPtr& call, Reply reply) noexcept {
    call->spent += reply.spent;
    call->cpu_ns += reply.cpu_ns;
    call->queued += reply.queued;
    prolong(call->request, reply.queued);
    const Outlook outlook = note(reply);
    if (reply.answer || !may_succeed_later(reply.answer.error().error_class))
      return end(*call, std::move(reply));
    if (timer_.stopped()) return cancel(*call);
    if (call->attempts >= options_.attempts) return give_up(*call, std::move(reply), "");

    const milliseconds left = std::chrono::floor<milliseconds>(call->request.deadline - timer_.now());
    const milliseconds hint = reply.retry_after.value_or(milliseconds(0));
    if (hint.count() > 0 && hint > std::min(left, options_.longest_hint)) {
      return give_up(*call, std::move(reply),
                     "; the server asks to wait " + format_duration(hint) + ", which is too long");
    }
    milliseconds wait = std::max(hint, reply.paused.value_or(milliseconds(0))) + jitter(call->attempts - 1);
    if (outlook.given_up_at <= timer_.now()) return give_up(*call, std::move(reply), "");
    if (outlook.last_look_at) {
      wait = std::min(wait, std::chrono::ceil<milliseconds>(*outlook.last_look_at - timer_.now()));
    }
    if (wait + shortest_attempt > left) return give_up(*call, std::move(reply), "; no time is left to retry");
    log_wait(*call, reply, wait);
    std::shared_ptr<const void> waiting;
    if (options_.activity != nullptr)
      waiting = options_.activity->wait(what_is_waited_for(reply), BackendActivity::Clock::now() + wait);
    timer_.after(wait, [this, call, since = timer_.now(), waiting = std::move(waiting)]() mutable {
      waiting.reset();
      call->request.tries.paused = timer_.now() - since;
      timer_.stopped() ? cancel(*call) : attempt(call);
    });
  }

  /// What the replies so far say of the server.
  struct Outlook {
    Time given_up_at = Time::max();
    /// Then all calls try for a last time, for a server that may be starting.
    std::optional<Time> last_look_at = std::nullopt;
  };
  Outlook note(const Reply& reply) {
    const std::lock_guard lock(mutex_);
    const bool fails = !reply.answer && may_succeed_later(reply.answer.error().error_class);
    const bool reached = !fails || reply.answer.error().error_class != ErrorClass::unreachable;
    if (!fails) failing_since_.reset();
    if (reached) unreachable_since_.reset();
    if (!fails) return {};
    if (!failing_since_) failing_since_ = timer_.now();
    if (reached) return {*failing_since_ + options_.patience};
    if (!unreachable_since_) unreachable_since_ = timer_.now();
    const Time last = *unreachable_since_ + options_.reach;
    return {last, last};
  }

  static void log_wait(const Call& call, const Reply& reply, milliseconds wait) {
    if (!logs(LogLevel::info)) return;
    const Caller& caller = call.request.asked_by;
    LogEvent event{LogLevel::info, "waits", caller.document, caller.stage, call.request.backend};
    event.fields = {
        {"what", what_is_waited_for(reply)}, {"wait_ms", wait.count()}, {"attempt", call.attempts}};
    add_error(event, reply.answer.error());
    log(event);
  }

  milliseconds jitter(int failures) const {
    const milliseconds most =
        std::min(options_.cap, options_.base * (std::int64_t{1} << std::min(failures, 20)));
    return milliseconds(static_cast<std::int64_t>(options_.random() * static_cast<double>(most.count())));
  }

  static void give_up(const Call& call, Reply reply, const std::string& why) noexcept {
    Error error = reply.answer.error();
    if (call.attempts > 1) error.message += " (" + std::to_string(call.attempts) + " attempts)";
    error.message += why;
    reply.answer = std::move(error);
    end(call, std::move(reply));
  }

  static void cancel(const Call& call) noexcept {
    end(call, {.answer = Error{ErrorClass::cancelled, "the run was stopped"}});
  }

  static void end(const Call& call, Reply reply) noexcept {
    reply.spent = call.spent;
    reply.cpu_ns = call.cpu_ns;
    reply.queued = call.queued;
    reply.tries = call.tried_before + call.attempts;
    call.done(std::move(reply));
  }

  const std::unique_ptr<Backend> inner_;
  RetryOptions options_;
  Timer& timer_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::optional<Time> unreachable_since_;  ///< Since then no call found anybody there.
  std::optional<Time> failing_since_;      ///< Since then none had an answer.
};

}  // namespace

std::unique_ptr<Backend> make_retry(std::unique_ptr<Backend> inner, RetryOptions options, Timer& timer) {
  return std::make_unique<Retry>(std::move(inner), std::move(options), timer);
}

}  // namespace docket::backends
