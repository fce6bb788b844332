#include "backends/calls/reask.h"

#include <algorithm>

#include "backends/calls/queue_wait.h"

namespace docket::backends {
namespace {

class Reask final : public Backend {
 public:
  Reask(std::unique_ptr<Backend> inner, ReaskOptions options, Timer& timer)
      : inner_(std::move(inner)), options_(options), timer_(timer) {}

  void submit(Request request, Done done) noexcept override {
    if (!std::holds_alternative<Prompt>(request.question))
      return inner_->submit(std::move(request), std::move(done));
    auto call = std::make_shared<Call>();
    request.deadline = std::min(request.deadline, timer_.now() + options_.call);
    call->request = std::move(request);
    call->done = std::move(done);
    ask(call);
  }

 private:
  struct Call {
    Request request;
    Done done;
    int answers = 0;
    Spending spent;
    std::int64_t cpu_ns = 0;
    Timer::Clock::duration queued{0};
  };

  void ask(const std::shared_ptr<Call>& call) noexcept {
    inner_->submit(call->request, [this, call](Reply reply) { consider(call, std::move(reply)); });
  }

  void consider(const std::shared_ptr<Call>& call, Reply reply) noexcept {
    call->spent += reply.spent;
    call->cpu_ns += reply.cpu_ns;
    call->queued += reply.queued;
    prolong(call->request, reply.queued);
    ++call->answers;
    const bool is_none = !reply.answer && reply.answer.error().error_class == ErrorClass::content;
    if (is_none && call->answers <= options_.times && timer_.now() < call->request.deadline) {
      if (timer_.stopped()) {  // Else a document would fail that has not had its second try.
        reply.answer = Error{ErrorClass::cancelled, "the run was stopped"};
        return end(*call, std::move(reply));
      }
      Prompt& prompt = std::get<Prompt>(call->request.question);
      prompt.diagnostic = reply.answer.error().message;
      call->request.tries = {.before = reply.tries};
      if (reply.cut_off) {
        prompt.most_output_tokens *= 2;
        prompt.times_room *= 2;
      }
      return ask(call);
    }
    if (is_none) reply.answer = last_word(*call, reply);
    end(*call, std::move(reply));
  }

  static Error last_word(const Call& call, const Reply& reply) {
    Error error = reply.answer.error();
    if (call.answers > 1) error.message += " (" + std::to_string(call.answers) + " answers)";
    if (!reply.unproven) return error;
    return {ErrorClass::transient,
            error.message + (reply.makes_no_sense
                                 ? "; nor was its answer to a small question of docket's own a valid one"
                                 : "; no answer since shows whether the model or the document is to blame")};
  }

  static void end(const Call& call, Reply reply) noexcept {
    reply.spent = call.spent;
    reply.cpu_ns = call.cpu_ns;
    reply.queued = call.queued;
    call.done(std::move(reply));
  }

  const std::unique_ptr<Backend> inner_;
  const ReaskOptions options_;
  Timer& timer_;
};

}  // namespace

std::unique_ptr<Backend> make_reask(std::unique_ptr<Backend> inner, ReaskOptions options, Timer& timer) {
  return std::make_unique<Reask>(std::move(inner), options, timer);
}

}  // namespace docket::backends
