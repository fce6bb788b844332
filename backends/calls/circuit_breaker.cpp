#include "backends/calls/circuit_breaker.h"

#include <mutex>
#include <optional>

namespace docket::backends {
namespace {

class CircuitBreaker final : public Backend {
 public:
  CircuitBreaker(std::unique_ptr<Backend> inner, CircuitBreakerOptions options, Timer& timer)
      : inner_(std::move(inner)), options_(std::move(options)), timer_(timer) {}

  void submit(Request request, Done done) noexcept override {
    bool is_trial = false;
    if (std::optional<Error> refused = refuse(is_trial)) return done({.answer = *std::move(refused)});
    inner_->submit(std::move(request), [this, is_trial, done = std::move(done)](Reply reply) {
      note(reply, is_trial);
      if (!reply.answer && reply.answer.error().error_class == ErrorClass::unreachable)
        reply.answer = Error{ErrorClass::unavailable, reply.answer.error().message};
      done(std::move(reply));
    });
  }

 private:
  std::optional<Error> refuse(bool& is_trial) {
    const std::lock_guard lock(mutex_);
    if (!open_) return std::nullopt;
    is_trial = !for_good_ && !on_trial_ && rests_until_ <= timer_.now();
    if (!is_trial) return open_;
    on_trial_ = true;
    return std::nullopt;
  }

  void note(const Reply& reply, bool was_trial) {
    const std::lock_guard lock(mutex_);
    if (was_trial) on_trial_ = false;
    if (for_good_) return;
    const ErrorClass error = reply.answer ? ErrorClass::bug : reply.answer.error().error_class;
    if (error == ErrorClass::unavailable) {
      for_good_ = true;
      open_ = reply.answer.error();
    } else if (error == ErrorClass::unreachable) {
      rest(reply.answer.error().message);
    } else if (error == ErrorClass::transport) {
      if (++failures_ < options_.failures) return;
      rest(options_.name + " gave no reply to " + std::to_string(failures_) +
           " calls in a row; the last: " + reply.answer.error().message);
    } else if (error != ErrorClass::cancelled && error != ErrorClass::transient) {
      failures_ = 0;
      open_.reset();
    }
  }

  void rest(std::string why) {
    rests_until_ = timer_.now() + options_.rest;
    open_ = Error{ErrorClass::unavailable, std::move(why)};
  }

  const std::unique_ptr<Backend> inner_;
  const CircuitBreakerOptions options_;
  Timer& timer_;

  std::mutex mutex_;           // Guards all that follows.
  std::optional<Error> open_;  // What everything is answered with; none: the breaker is closed.
  bool for_good_ = false;
  bool on_trial_ = false;
  int failures_ = 0;  // In a row.
  Timer::Clock::time_point rests_until_ = Timer::Clock::time_point::min();
};

}  // namespace

std::unique_ptr<Backend> make_circuit_breaker(std::unique_ptr<Backend> inner, CircuitBreakerOptions options,
                                              Timer& timer) {
  return std::make_unique<CircuitBreaker>(std::move(inner), std::move(options), timer);
}

}  // namespace docket::backends
