#include "backends/calls/fallback.h"

#include "backends/calls/queue_wait.h"

namespace docket::backends {
namespace {

bool another_may_know(ErrorClass error) {
  switch (error) {
    case ErrorClass::unavailable:
    case ErrorClass::transport:
    case ErrorClass::transient:
    case ErrorClass::too_long:
    case ErrorClass::content:
      return true;
    default:
      return false;
  }
}

/// A document must not be given up for good because of its content when one of the two was not there to read
/// it.
ErrorClass class_of_both(ErrorClass first, ErrorClass second) {
  const bool was_there = first == ErrorClass::too_long || first == ErrorClass::content;
  return was_there ? second : first;
}

class Fallback final : public Backend {
 public:
  Fallback(std::unique_ptr<Backend> first, Backend& second, FallbackOptions options)
      : first_(std::move(first)), second_(second), options_(std::move(options)) {}

  void submit(Request request, Done done) noexcept override {
    auto kept = std::make_shared<Request>(request);
    first_->submit(std::move(request), [this, kept = std::move(kept), done = std::move(done)](Reply reply) {
      if (reply.answer || !another_may_know(reply.answer.error().error_class)) return done(std::move(reply));
      ask_second(std::move(*kept), std::move(reply), done);
    });
  }

 private:
  void ask_second(Request request, Reply first, const Done& done) noexcept {
    if (const std::optional<std::string> too_small = why_too_small(request, first)) {
      first.answer = Error{first.answer.error().error_class, first.answer.error().message + *too_small};
      return done(std::move(first));
    }
    request.backend = options_.name;
    prolong(request, first.queued);
    second_.submit(std::move(request), [this, first = std::move(first), done](Reply reply) {
      if (reply.answer && reply.answer->by.empty()) reply.answer->by = options_.name;
      Spending both = first.spent;
      both += reply.spent;
      if (!reply.answer && reply.answer.error().error_class == ErrorClass::withheld) {
        Reply known = first;
        known.spent = std::move(both);
        known.queued += reply.queued;
        return done(std::move(known));
      }
      reply.spent = std::move(both);
      reply.cpu_ns += first.cpu_ns;
      reply.queued += first.queued;
      if (!reply.answer && reply.answer.error().error_class != ErrorClass::cancelled) {
        const Error& one = first.answer.error();
        const Error other = reply.answer.error();
        reply.answer = Error{class_of_both(one.error_class, other.error_class),
                             one.message + "; then its fallback: " + other.message};
      }
      done(std::move(reply));
    });
  }

  std::optional<std::string> why_too_small(const Request& request, const Reply& first) const {
    if (!first.excess || !options_.window) return std::nullopt;
    const std::optional<std::int64_t> window = options_.window();
    const Prompt* prompt = std::get_if<Prompt>(&request.question);
    if (!window || prompt == nullptr) return std::nullopt;
    if (first.excess->tokens + prompt->most_output_tokens <= *window) return std::nullopt;
    return "; the window of its fallback '" + options_.name +
           "' is also too small: " + std::to_string(*window) + " tokens";
  }

  const std::unique_ptr<Backend> first_;
  Backend& second_;
  const FallbackOptions options_;
};

}  // namespace

std::unique_ptr<Backend> make_fallback(std::unique_ptr<Backend> first, Backend& second,
                                       FallbackOptions options) {
  return std::make_unique<Fallback>(std::move(first), second, std::move(options));
}

}  // namespace docket::backends
