#include "backends/calls/observed.h"

#include <utility>

namespace docket::backends {
namespace {

class ObservedBackend final : public Backend {
 public:
  ObservedBackend(std::unique_ptr<Backend> inner, Observed what, BackendActivity& activity)
      : inner_(std::move(inner)), what_(what), activity_(activity) {}

  void submit(Request request, Done done) noexcept override {
    const bool is_exchange = what_ == Observed::exchange;
    is_exchange ? activity_.sent() : activity_.question_begins();
    // Not by way of `this`: the last reply may come while the backend goes.
    inner_->submit(std::move(request),
                   [&activity = activity_, is_exchange, done = std::move(done)](Reply reply) {
                     is_exchange ? activity.replied(reply.spent.total()) : activity.question_ends();
                     done(std::move(reply));
                   });
  }

 private:
  const std::unique_ptr<Backend> inner_;
  const Observed what_;
  BackendActivity& activity_;
};

}  // namespace

std::unique_ptr<Backend> make_observed(std::unique_ptr<Backend> inner, Observed what,
                                       BackendActivity& activity) {
  return std::make_unique<ObservedBackend>(std::move(inner), what, activity);
}

}  // namespace docket::backends
