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
#include "pipeline/json/schema.h"
#include "pipeline/prompt_size.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using Time = Timer::Clock::time_point;

constexpr std::size_t most_words_known = 1000;

Request small_question(const Request& like) {
  Prompt prompt;
  prompt.task = "Answer with the word OK.";
  prompt.most_output_tokens = 16;
  prompt.left_out = all_left_out;
  prompt.think = std::get<Prompt>(like.question).think;
  Request request{like.backend, std::move(prompt)};
  request.before_sending = like.before_sending;  // It belongs to that call.
  request.asked_by = like.asked_by;              // Who pays.
  request.deadline = like.deadline;
  return request;
}

/// For who makes nothing sensible of words alone: in the form that a call has, with the settings of one that
/// was answered. A broken model finds no end of the string.
Request question_in_form(const Request& like) {
  Request request = small_question(like);
  Prompt& prompt = std::get<Prompt>(request.question);
  prompt.task = R"(Answer with a JSON object that has one member, "answer": the word OK.)";
  prompt.schema =
      std::make_shared<const Schema>(nlohmann::json{{"type", "object"},
                                                    {"properties", {{"answer", {{"type", "string"}}}}},
                                                    {"required", {"answer"}},
                                                    {"additionalProperties", false}});
  prompt.most_output_tokens = 100;
  prompt.left_out = std::get<Prompt>(like.question).left_out;
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

/// To the small question. Models that are broken write one letter again and again, or any words.
bool is_sensible(const Reply& reply) {
  const auto* words = reply.answer ? reply.answer->value.get_ptr<const std::string*>() : nullptr;
  return words != nullptr && (to_lower(*words).find("ok") != std::string::npos ||
                              (words->starts_with('{') && words->ends_with('}')));
}

/// In the order of a quarter of a token: tokens of most scripts hold less than one letter.
std::size_t weight_of(std::string_view text) {
  constexpr std::size_t of_letter = 6;
  std::size_t weight = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (!continues_character(c)) weight += byte < 0x80 ? 1 : of_letter;
  }
  return weight;
}

std::size_t weight_of(const Prompt& prompt) {
  std::size_t weight = weight_of(prompt.system) + weight_of(prompt.task);
  for (const PromptPart& part : prompt.document)
    weight += weight_of(part.text);
  return weight + static_cast<std::size_t>(image_tokens(prompt).usual * usual_bytes_per_token);
}

/// True if some words in a row stand in the document, too.
bool quotes_document(const Error& error, const Prompt& prompt) {
  constexpr std::size_t in_a_row = 4;
  const std::string said = words_apart(error.message);
  std::vector<std::size_t> begins;
  for (std::size_t at = said.find(' '); at != std::string::npos; at = said.find(' ', at + 1))
    begins.push_back(at);
  for (const PromptPart& part : prompt.document) {
    const std::string text = words_apart(part.text);
    for (std::size_t i = 0; i + in_a_row < begins.size(); ++i)
      if (text.find(said.substr(begins[i], begins[i + in_a_row] - begins[i] + 1)) != std::string::npos)
        return true;
  }
  return false;
}

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
    std::uint64_t good_before = 0;     ///< Good answers to others when it was sent.
    Reply refusal = {};                ///< The last one, or a bad answer.
    std::string words_in_doubt = {};   ///< Of a refusal,
    std::uint64_t answers_before = 0;  ///< and how many answers there were before it came first.
    Spending spent = {};
    std::int64_t cpu_ns = 0;
    Timer::Clock::duration queued{0}, wire{0};
    Time waits_since = {};  ///< For the verdict.

    Prompt& prompt() { return std::get<Prompt>(request.question); }
    std::size_t weight() { return weight_of(prompt()); }
    bool is_bad_answer() const { return is(refusal, ErrorClass::content); }
    const std::string& stage() const { return request.asked_by.stage; }
    std::string words() const { return words_of(refusal.answer.error()); }
  };
  using CallPtr = std::shared_ptr<Call>;

  /// What is known of a refusal in certain words, once it was proven to be no fault of the server.
  struct Known {
    bool was_too_long = false;  ///< A document that had it was asked about in pieces.
  };

  /// That the server works, or that it does not.
  enum class Proof { none, given, makes_no_sense };

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
    {
      const std::lock_guard lock(mutex_);
      call->good_before = good_answers_;
    }
    inner_->submit(call->request, [this, call](Reply reply) { consider(call, std::move(reply)); });
  }

  void consider(const CallPtr& call, Reply reply) noexcept {
    call->spent += reply.spent;
    call->cpu_ns += reply.cpu_ns;
    call->wire += reply.wire;  // That of docket's own question is waited for.
    note_wait(*call, reply.queued);
    if (was_answered(reply)) note_answer(*call, reply.answer.has_value());
    if (is(reply, ErrorClass::content)) return consider_bad_answer(call, std::move(reply));
    const bool is_clear = reply.answer || !reply.unproven || is_believed(*call, reply);
    if (is_clear && is(reply, ErrorClass::unavailable)) {
      const std::lock_guard lock(mutex_);
      unavailable_ = reply.answer.error();
    }
    if (is_clear) return end(*call, std::move(reply));
    call->refusal = std::move(reply);
    consider_refusal(call);
  }

  /// A text that may be too long is, trouble passes at a server that has just answered, and who speaks of an
  /// account before any answer means its own.
  bool is_believed(Call& call, const Reply& reply) {
    const std::lock_guard lock(mutex_);
    if (is(reply, ErrorClass::transient)) return was_healthy();
    if (is(reply, ErrorClass::unavailable))
      return answers_ == 0 && !quotes_document(reply.answer.error(), call.prompt());
    return is(reply, ErrorClass::too_long) && may_be_too_long(call);
  }

  void consider_refusal(const CallPtr& call) noexcept {
    bool is_proven = false;
    bool may_be_proven_by_others = false;
    {
      const std::lock_guard lock(mutex_);
      if (call->words() != call->words_in_doubt) {
        call->words_in_doubt = call->words();
        call->answers_before = answers_;
        may_be_proven_by_others = call->times_sent == 1 && was_healthy() && !may_be_too_long(*call) &&
                                  known_.contains(call->words_in_doubt);
      }
      is_proven = answers_ > call->answers_before;
    }
    if (is_proven) return go_on(call);
    may_be_proven_by_others && !timer_.stopped() ? send(call) : doubt(call);
  }

  /// The first one to a prompt will be asked about again: nothing hangs on it yet.
  void consider_bad_answer(const CallPtr& call, Reply reply) noexcept {
    bool is_proven = false;
    {
      const std::lock_guard lock(mutex_);
      is_proven = reply.repeats || good_answers_ > call->good_before;
    }
    reply.unproven = !is_proven;
    if (is_proven || call->prompt().diagnostic.empty() || timer_.stopped())
      return end(*call, std::move(reply));
    call->refusal = std::move(reply);
    doubt(call);
  }

  void note_answer(Call& call, bool is_good) {
    bool is_news = false;
    const int left_out = call.prompt().left_out;
    {
      const std::lock_guard lock(mutex_);
      healthy_at_ = timer_.now();
      ++answers_;
      if (is_good) ++good_answers_;
      longest_ = std::max(longest_, call.weight());
      answered_.insert(call.stage());
      if (left_out > 0) is_news = left_out_.emplace(call.stage(), left_out).second;
    }
    if (!is_news || !options_.warn) return;
    options_.warn(call.refusal.answer.error().message +
                  "; it answers when what is optional is left out of the question (" +
                  names_of_left_out(left_out) + "), so that is done for the rest of the run");
  }

  static std::string names_of_left_out(int left_out) {
    std::string names = "log probabilities";
    if (left_out >= 2) names += ", temperature, the word about thinking";
    if (left_out >= 3) names += ", the schema, which it is told in words, max_tokens under its usual name";
    return names;
  }

  // The question of docket's own.

  void doubt(const CallPtr& call) noexcept {
    std::optional<Error> refused;
    {
      const std::lock_guard lock(mutex_);
      if (timer_.stopped()) refused = Error{ErrorClass::cancelled, "the run was stopped"};
      if (unavailable_) refused = unavailable_;
      if (!refused) {
        call->waits_since = timer_.now();
        doubted_.push_back(call);
        if (std::exchange(is_checking_, true)) return;
      }
    }
    if (refused) return end(*call, {.answer = *refused});
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
        ++answers_;
        if (known_.size() > most_words_known) known_.clear();
        for (const CallPtr& call : doubted)
          if (!call->is_bad_answer()) known_.try_emplace(call->words());
      } else if (is_refusal(verdict)) {
        unavailable_ =
            Error{ErrorClass::unavailable, doubted.front()->refusal.answer.error().message +
                                               " (and so it answered a small question of docket's own)"};
      }
    }
    std::vector<CallPtr> bad_answers;
    for (const CallPtr& call : doubted) {
      note_wait(*call);
      if (call->is_bad_answer())
        bad_answers.push_back(call);
      else if (is_healthy)
        go_on(call);
      else
        end(*call, unsettled(*call, verdict));
    }
    for (const CallPtr& call : waiting) {
      note_wait(*call);
      begin(call);
    }
    if (!bad_answers.empty()) settle_bad_answers(bad_answers, verdict);
  }

  /// Others go on meanwhile.
  void settle_bad_answers(const std::vector<CallPtr>& calls, const Reply& verdict) noexcept {
    if (is_sensible(verdict)) return end_bad_answers(calls, Proof::given);
    if (!was_answered(verdict) || timer_.stopped()) return end_bad_answers(calls, Proof::none);
    inner_->submit(question_in_form(calls.front()->request), [this, calls](const Reply& reply) {
      const CallPtr& first = calls.front();
      first->spent += reply.spent;
      first->cpu_ns += reply.cpu_ns;
      const Proof against = was_answered(reply) ? Proof::makes_no_sense : Proof::none;
      end_bad_answers(calls, reply.answer ? Proof::given : against);
    });
  }

  void end_bad_answers(const std::vector<CallPtr>& calls, Proof proof) noexcept {
    for (const CallPtr& call : calls) {
      note_wait(*call);
      call->refusal.unproven = proof != Proof::given;
      call->refusal.makes_no_sense = proof == Proof::makes_no_sense;
      end(*call, std::move(call->refusal));
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
    const Error& second = verdict.answer.error();
    if (second.error_class ==
        ErrorClass::withheld)  // What a document is held for has the same words for all.
      reply.answer = Error{second.error_class, second.message, first.message + "; " + second.detail};
    else
      reply.answer = Error{second.error_class,
                           first.message + "; then, to a small question of docket's own: " + second.message};
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
    Known& known = known_[call.words_in_doubt];
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
    return prompt_bytes(call.prompt()) >= options_.long_prompt && call.weight() > longest_;
  }

  /// What the verdict takes counts against no document's deadline.
  void note_wait(Call& call) {
    const Time now = timer_.now();
    note_wait(call, now - std::exchange(call.waits_since, now));
  }

  static void note_wait(Call& call, Timer::Clock::duration wait) {
    call.queued += wait;
    prolong(call.request, wait);
  }

  static void end(Call& call, Reply reply) noexcept {
    reply.queued = call.queued;
    reply.wire = call.wire;
    reply.unproven = reply.unproven && is(reply, ErrorClass::content);
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
  std::uint64_t answers_ = 0;            // To all calls, and to the question of docket's own.
  std::uint64_t good_answers_ = 0;       // Of those to calls.
  std::size_t longest_ = 0;              // Weight of the longest prompt that was answered.
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
