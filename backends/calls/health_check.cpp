#include "backends/calls/health_check.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "backends/calls/queue_wait.h"
#include "backends/protocols/message.h"
#include "pipeline/support/ascii.h"

namespace docket::backends {
namespace {

using Time = Timer::Clock::time_point;

constexpr std::size_t most_words_known = 1000;

Request small_question(const Request& like) {
  Prompt prompt;
  prompt.task = "Answer with the word OK.";
  prompt.most_output_tokens = 16;
  prompt.left_out = all_left_out;
  Request request{like.backend, std::move(prompt)};
  request.deadline = like.deadline;
  return request;
}

/// A refusal's words without those that have a digit: amounts, times, the number of the request.
std::string words_of(const Error& error) {
  std::string words, word;
  bool has_digit = false;
  for (const char c : error.message + " ") {
    if (is_alnum(c) || c == '_' || c == '-') {
      word += c;
      has_digit = has_digit || is_digit(c);
      continue;
    }
    if (!has_digit) words += word + c;
    word.clear();
    has_digit = false;
  }
  return words;
}

bool is(const Reply& reply, ErrorClass error_class) {
  return !reply.answer && reply.answer.error().error_class == error_class;
}

/// Whatever the model made of the question: it was asked.
bool was_answered(const Reply& reply) { return reply.answer || is(reply, ErrorClass::content); }

class HealthCheck final : public Backend {
 public:
  HealthCheck(std::unique_ptr<Backend> inner, HealthCheckOptions options, Timer& timer)
      : inner_(std::move(inner)), options_(std::move(options)), timer_(timer) {}

  void submit(Request request, Done done) noexcept override {
    if (!std::holds_alternative<Prompt>(request.question))
      return inner_->submit(std::move(request), std::move(done));
    auto call = std::make_shared<Call>();
    call->request = std::move(request);
    call->done = std::move(done);
    begin(call);
  }

 private:
  /// A question, and what became of it so far.
  struct Call {
    Request request;
    Done done;
    int times_sent = 0;
    Reply refusal = {};             ///< The last one.
    std::string proven_words = {};  ///< Of a refusal when the server was healthy.
    Spending spent = {};
    std::int64_t cpu_ns = 0;
    Timer::Clock::duration queued{0};
    Time waits_since = {};  ///< For the verdict.

    Prompt& prompt() { return std::get<Prompt>(request.question); }
    std::size_t size() { return prompt_bytes(prompt()); }
    const std::string& stage() const { return request.asked_by.stage; }
    std::string words() const { return words_of(refusal.answer.error()); }
  };
  using CallPtr = std::shared_ptr<Call>;

  /// What is known of a refusal in certain words, once it was proven to be no fault of the server.
  struct Known {
    bool was_too_long = false;  ///< A document that had it was asked about in pieces.
  };

  void begin(const CallPtr& call) noexcept {
    std::optional<Error> refused;
    {
      const std::lock_guard lock(mutex_);
      if (timer_.stopped()) refused = Error{ErrorClass::cancelled, "the run was stopped"};
      if (unavailable_) refused = unavailable_;
      if (!refused && is_checking_) {
        call->waits_since = timer_.now();
        waiting_.push_back(call);
        return;
      }
      const auto learned = left_out_.find(call->stage());
      if (learned != left_out_.end()) call->prompt().left_out = learned->second;
    }
    if (refused) return end(*call, {.answer = *refused});
    send(call);
  }

  void send(const CallPtr& call) noexcept {
    ++call->times_sent;
    inner_->submit(call->request, [this, call](Reply reply) { consider(call, std::move(reply)); });
  }

  void consider(const CallPtr& call, Reply reply) noexcept {
    call->spent += reply.spent;
    call->cpu_ns += reply.cpu_ns;
    note_wait(*call, reply.queued);
    if (was_answered(reply)) note_answer(*call);
    if (is(reply, ErrorClass::unavailable) && !reply.unproven) {
      const std::lock_guard lock(mutex_);
      unavailable_ = reply.answer.error();
    }
    const bool is_clear = reply.answer || !reply.unproven || is_believed(*call, reply);
    if (is_clear) return end(*call, std::move(reply));
    call->refusal = std::move(reply);
    call->words() == call->proven_words ? go_on(call) : doubt(call);
  }

  /// A text that may be too long is, and trouble passes at a server that has just answered.
  bool is_believed(Call& call, const Reply& reply) {
    const std::lock_guard lock(mutex_);
    if (is(reply, ErrorClass::transient)) return was_healthy();
    return is(reply, ErrorClass::too_long) && may_be_too_long(call);
  }

  void note_answer(Call& call) {
    bool is_news = false;
    const int left_out = call.prompt().left_out;
    {
      const std::lock_guard lock(mutex_);
      healthy_at_ = timer_.now();
      longest_ = std::max(longest_, call.size());
      answered_.insert(call.stage());
      if (left_out > 0) is_news = left_out_.emplace(call.stage(), left_out).second;
    }
    if (!is_news || !options_.warn) return;
    options_.warn(call.refusal.answer.error().message +
                  "; it answers when what is optional is left out of the question (" +
                  (left_out == 1 ? "log probabilities, temperature and the like"
                                 : "also the schema, which it is told in words") +
                  "), so that is done for the rest of the run");
  }

  // The question of docket's own.

  void doubt(const CallPtr& call) noexcept {
    std::optional<Error> refused;
    bool is_known = false;
    {
      const std::lock_guard lock(mutex_);
      if (timer_.stopped()) refused = Error{ErrorClass::cancelled, "the run was stopped"};
      if (unavailable_) refused = unavailable_;
      is_known = known_.contains(call->words()) && was_healthy();
      if (!refused && !is_known) {
        call->waits_since = timer_.now();
        doubted_.push_back(call);
        if (std::exchange(is_checking_, true)) return;
      }
    }
    if (refused) return end(*call, {.answer = *refused});
    if (is_known) return go_on(call);
    inner_->submit(small_question(call->request), [this, call](Reply reply) {
      call->spent += reply.spent;
      call->cpu_ns += reply.cpu_ns;
      settle(reply);
    });
  }

  /// For all that were in doubt, and those that waited meanwhile.
  void settle(const Reply& verdict) noexcept {
    const bool is_healthy = was_answered(verdict);
    std::vector<CallPtr> doubted, waiting;
    {
      const std::lock_guard lock(mutex_);
      is_checking_ = false;
      doubted.swap(doubted_);
      waiting.swap(waiting_);
      if (is_healthy) {
        healthy_at_ = timer_.now();
        if (known_.size() > most_words_known) known_.clear();
        for (const CallPtr& call : doubted)
          known_.try_emplace(call->words());
      } else if (is_refusal(verdict)) {
        unavailable_ =
            Error{ErrorClass::unavailable, doubted.front()->refusal.answer.error().message +
                                               " (and so it answered a small question of docket's own)"};
      }
    }
    for (const CallPtr& call : doubted) {
      note_wait(*call, timer_.now() - call->waits_since);
      if (is_healthy)
        go_on(call);
      else
        end(*call, unsettled(*call, verdict));
    }
    for (const CallPtr& call : waiting) {
      note_wait(*call, timer_.now() - call->waits_since);
      begin(call);
    }
  }

  static bool is_refusal(const Reply& verdict) {
    return verdict.unproven || is(verdict, ErrorClass::unavailable) || is(verdict, ErrorClass::rejected) ||
           is(verdict, ErrorClass::too_long);
  }

  Reply unsettled(const Call& call, const Reply& verdict) {
    Reply reply;
    reply.retry_after = verdict.retry_after;
    reply.overloaded = verdict.overloaded;
    const Error& first = call.refusal.answer.error();
    reply.answer = Error{
        verdict.answer.error().error_class,
        first.message + "; then, to a small question of docket's own: " + verdict.answer.error().message};
    const std::lock_guard lock(mutex_);
    if (unavailable_) reply.answer = *unavailable_;
    return reply;
  }

  // What follows once the server is known to be healthy.

  void go_on(const CallPtr& call) noexcept {
    if (timer_.stopped()) return end(*call, {.answer = Error{ErrorClass::cancelled, "the run was stopped"}});
    const Error refusal = call->refusal.answer.error();
    if (refusal.error_class == ErrorClass::transient || refusal.error_class == ErrorClass::too_long)
      return end(*call, std::move(call->refusal));
    call->proven_words = call->words();
    if (const std::optional<ErrorClass> fault = next_step(*call)) {
      call->refusal.answer =
          Error{*fault, refusal.message + " (a small question of docket's own was answered)"};
      return end(*call, std::move(call->refusal));
    }
    send(call);
  }

  /// What the document's fault is; none: it is to be sent once more, with as much left out as the call says.
  std::optional<ErrorClass> next_step(Call& call) {
    const std::lock_guard lock(mutex_);
    const bool settings_are_right = answered_.contains(call.stage());
    const bool may_be_long = may_be_too_long(call);
    Known& known = known_[call.proven_words];
    if (may_be_long && (settings_are_right || !std::exchange(known.was_too_long, true)))
      return ErrorClass::too_long;
    if (call.times_sent == 1) return std::nullopt;  // As it was: a server may also say no by mistake.
    if (settings_are_right || call.prompt().left_out == all_left_out)
      return may_be_long ? ErrorClass::too_long : ErrorClass::rejected;
    ++call.prompt().left_out;
    return std::nullopt;
  }

  // With mutex_ held:

  bool was_healthy() const {
    return healthy_at_ != Time::min() && healthy_at_ + options_.stays_healthy > timer_.now();
  }

  bool may_be_too_long(Call& call) const {
    return call.size() >= options_.long_prompt && call.size() > longest_;
  }

  /// What the verdict takes counts against no document's deadline.
  static void note_wait(Call& call, Timer::Clock::duration wait) {
    call.queued += wait;
    prolong(call.request, wait);
  }

  static void end(Call& call, Reply reply) noexcept {
    reply.queued = call.queued;
    reply.unproven = false;
    reply.spent = std::move(call.spent);
    reply.cpu_ns = call.cpu_ns;
    call.done(std::move(reply));
  }

  const std::unique_ptr<Backend> inner_;
  const HealthCheckOptions options_;
  Timer& timer_;

  std::mutex mutex_;  // Guards all that follows.
  bool is_checking_ = false;
  std::vector<CallPtr> doubted_;         // Refused, and waiting for the verdict.
  std::vector<CallPtr> waiting_;         // Not sent yet because of it.
  std::optional<Error> unavailable_;     // What everything is answered with.
  Time healthy_at_ = Time::min();        // The last answer.
  std::size_t longest_ = 0;              // Bytes of the longest prompt that was answered.
  std::set<std::string> answered_;       // Stages: their settings are right as they are sent.
  std::map<std::string, int> left_out_;  // By stage: what made the server answer.
  std::map<std::string, Known> known_;   // By the words of a refusal.
};

}  // namespace

std::unique_ptr<Backend> make_health_check(std::unique_ptr<Backend> inner, HealthCheckOptions options,
                                           Timer& timer) {
  return std::make_unique<HealthCheck>(std::move(inner), std::move(options), timer);
}

}  // namespace docket::backends
