#include "backends/calls/circuit_breaker.h"

#include <algorithm>
#include <mutex>
#include <optional>

namespace docket::backends {
namespace {

/// The model, or its server, has looked at the question; of those that read files, at the file.
bool is_of_the_question(ErrorClass error) {
  constexpr ErrorClass classes[] = {ErrorClass::content,  ErrorClass::too_long,    ErrorClass::rejected,
                                    ErrorClass::damaged,  ErrorClass::unsupported, ErrorClass::empty,
                                    ErrorClass::encrypted};
  return std::ranges::find(classes, error) != std::ranges::end(classes);
}

class CircuitBreaker final : public Backend {
 public:
  CircuitBreaker(std::unique_ptr<Backend> inner, CircuitBreakerOptions options, Timer& timer)
      : inner_(std::move(inner)), options_(std::move(options)), timer_(timer) {}

  void submit(Request request, Done done) noexcept override {
    bool is_trial = false;
    if (std::optional<Error> refused = refuse(is_trial)) return done({.answer = *std::move(refused)});
    std::string document = request.asked_by.document;
    inner_->submit(std::move(request),
                   [this, is_trial, document = std::move(document), done = std::move(done)](Reply reply) {
                     if (note(reply, is_trial, document))
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

  /// True if the error shows that the backend is of no use, whatever its class.
  bool note(const Reply& reply, bool was_trial, const std::string& document) {
    const std::lock_guard lock(mutex_);
    if (was_trial) on_trial_ = false;
    const ErrorClass error = reply.answer ? ErrorClass::bug : reply.answer.error().error_class;
    if (error == ErrorClass::unavailable && !for_good_) {
      for_good_ = true;
      open_ = reply.answer.error();
    } else if (error == ErrorClass::unreachable) {
      rest(reply.answer.error().message);
      return true;
    } else if (error == ErrorClass::transport || error == ErrorClass::transient) {
      if (++failures_ >= options_.failures)
        rest(options_.name + (reply.unproven ? gave_no_valid_answer : " gave no answer to ") +
             std::to_string(failures_) + " calls in a row; the last: " + reply.answer.error().message);
      if (reply.makes_no_sense) return !answered_ || failures_ >= options_.failures;
      return fails_for_all(document);
    } else if (reply.answer || is_of_the_question(error)) {
      answered_ = true;
      failures_ = 0;
      if (!for_good_) open_.reset();
    }
    return false;
  }

  bool fails_for_all(const std::string& document) {
    if (answered_) return false;
    if (!first_failed_) first_failed_ = document;
    return *first_failed_ != document;
  }

  void rest(std::string why) {
    if (for_good_) return;
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
  int failures_ = 0;                         // In a row.
  bool answered_ = false;                    // By a model, well or not.
  std::optional<std::string> first_failed_;  // The document whose call was the first without an answer.
  Timer::Clock::time_point rests_until_ = Timer::Clock::time_point::min();
};

}  // namespace

std::unique_ptr<Backend> make_circuit_breaker(std::unique_ptr<Backend> inner, CircuitBreakerOptions options,
                                              Timer& timer) {
  return std::make_unique<CircuitBreaker>(std::move(inner), std::move(options), timer);
}

}  // namespace docket::backends
