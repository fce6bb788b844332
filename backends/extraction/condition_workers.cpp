#include "backends/extraction/condition_workers.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/extraction/condition_wire.h"
#include "backends/extraction/process.h"
#include "backends/extraction/wire.h"
#include "pipeline/support/digest.h"

namespace docket::backends {
namespace {

using Clock = std::chrono::steady_clock;

/// By the clock, for one message: the worker itself counts the CPU time of each condition in it.
constexpr std::chrono::seconds patience{60};
constexpr std::uint64_t longest_reply = 16 << 20;
constexpr std::size_t most_remembered = 10'000;
constexpr int most_served = 10'000;  ///< Messages of a worker; libraries leak a little.

Error ended(std::string message) { return {ErrorClass::condition, std::move(message)}; }

/// Why a condition that a worker died of has no verdict.
Error error_of(const Dying& dying) {
  switch (dying.reason) {
    case Dying::Reason::time:
      return ended("stopped: it did not end within " + std::to_string(evaluation_limit.count()) +
                   " s of CPU time");
    case Dying::Reason::memory:
      return ended("stopped: it needed more than " + std::to_string(evaluation_memory >> 20) +
                   " MiB of memory");
    case Dying::Reason::crash:
      break;
  }
  const char* signal_name = strsignal(static_cast<int>(dying.signal_number));
  return ended("jq crashed in it (" + std::string(signal_name) +
               "), which is a bug of jq; write it in another way");
}

Error killed(int status) {
  if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
    return error_of({Dying::Reason::crash, static_cast<std::uint32_t>(WTERMSIG(status)), 0});
  return ended("the process that evaluates it was killed, perhaps because the machine ran out of memory");
}

/// A worker, and how many of the expressions it has compiled.
struct Worker {
  std::unique_ptr<ExtractProcess> process;
  std::size_t compiled = 0;
  int served = 0;  ///< Messages with questions.
};

/// What came back for a message.
struct Response {
  std::optional<std::string> body;  ///< Of the frame that was waited for.
  std::optional<Dying> dying;       ///< The worker has ended, and says why.
  int status = 0;                   ///< The worker has ended, as waitpid() tells.
  bool was_silent = false;          ///< The worker was ended since it said nothing.
  bool is_foreign = false;          ///< The worker was ended since it is of another version.
};

Response exchange(ExtractProcess& process, Frame kind, std::string_view message, Frame awaited,
                  std::size_t count) {
  Response reply;
  if (process.send(kind, message)) {
    const Clock::time_point until = Clock::now() + patience;
    while (!reply.body && !reply.dying && !reply.was_silent && !reply.is_foreign) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
      pollfd source{process.socket(), POLLIN, 0};
      if (left.count() <= 0 || poll(&source, 1, static_cast<int>(left.count())) == 0) reply.was_silent = true;
      std::vector<WorkerFrame> frames;
      const auto received = process.receive(longest_reply, frames);
      for (WorkerFrame& frame : frames) {
        if (frame.kind == Frame::ready) {
          process.is_ready = true;
          reply.is_foreign = decode_ready(frame.body).version != wire_version;
        }
        if (frame.kind == awaited) reply.body = std::move(frame.body);
        if (frame.kind != Frame::dying) continue;
        if (const auto dying = decode_dying(frame.body, count)) reply.dying = *dying;
      }
      if (received != ExtractProcess::Received::more_later) break;
    }
  }
  const bool is_to_end = reply.was_silent || reply.is_foreign;
  if (!reply.body) reply.status = is_to_end ? process.kill() : process.reap();
  return reply;
}

class ConditionWorkers final : public ConditionEngine {
 public:
  Result<std::vector<std::string>> compile(const std::vector<std::string>& expressions) override {
    auto worker = take(expressions);
    if (!worker) return worker.error();
    give_back(std::move(*worker));
    const std::lock_guard lock(mutex_);
    return problems_;
  }

  std::vector<Result<bool>> evaluate(const std::vector<std::string>& expressions,
                                     std::span<const ConditionQuestion> questions) override;

 private:
  class Round;

  Result<Worker> take(const std::vector<std::string>& expressions);
  static Result<Worker> start();
  Result<std::vector<std::string>> load(Worker& worker, const std::vector<std::string>& expressions);
  Result<std::vector<std::string>> load_without_broken(Worker& worker, std::vector<std::string> expressions);
  void give_back(Worker worker) {
    if (worker.served >= most_served) return;
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(worker));
  }

  std::mutex mutex_;  ///< Guards all below.
  std::vector<Worker> idle_;
  std::vector<std::string> problems_;    ///< By expression.
  std::map<std::string, Error> deadly_;  ///< By expression and value: what workers died of.
};

/// One call of `evaluate`: what was asked, one after the other, and what is known of it so far.
class ConditionWorkers::Round {
 public:
  Round(ConditionWorkers& workers, const std::vector<std::string>& expressions,
        std::span<const ConditionQuestion> questions)
      : workers_(workers), expressions_(expressions), questions_(questions) {
    for (std::size_t q = 0; q < questions.size(); ++q)
      for (const ConditionQuestion::Asked& asked : questions[q].asked)
        items_.push_back({q, asked, std::nullopt});
  }

  std::vector<Result<bool>> run() {
    take_what_is_known();
    while (ask_rest()) {
    }
    std::vector<Result<bool>> results;
    for (Item& item : items_)
      results.push_back(std::move(*item.result));
    return results;
  }

 private:
  struct Item {
    std::size_t question;
    ConditionQuestion::Asked asked;
    std::optional<Result<bool>> result;
  };

  std::string key(const Item& item) const {
    return expressions_[item.asked.condition] + '\n' + short_digest(questions_[item.question].value);
  }

  void take_what_is_known() {
    const std::lock_guard lock(workers_.mutex_);
    if (workers_.deadly_.empty()) return;
    for (Item& item : items_) {
      const auto known = workers_.deadly_.find(key(item));
      if (known != workers_.deadly_.end()) item.result = known->second;
    }
  }

  /// Asks what has no result. False: all has.
  bool ask_rest() {
    std::vector<Item*> open;
    for (Item& item : items_) {
      if (!item.result && (open.empty() || !one_by_one_)) open.push_back(&item);
    }
    if (open.empty()) return false;
    auto worker = workers_.take(expressions_);
    if (!worker) {
      for (Item* item : open)
        item->result = worker.error();
      return true;
    }
    if (!refuse_broken(open)) {
      workers_.give_back(std::move(*worker));
      return true;
    }
    const Response reply =
        exchange(*worker->process, Frame::questions, encode(message_of(open)), Frame::verdicts, open.size());
    if (reply.body) {
      ++worker->served;
      auto verdicts = decode_verdicts(*reply.body, open.size());
      for (std::size_t i = 0; i < open.size(); ++i)
        open[i]->result = verdicts ? std::move((*verdicts)[i]) : Result<bool>(verdicts.error());
      if (verdicts) workers_.give_back(std::move(*worker));
    } else {
      blame(open, reply, worker->served == 0);
    }
    return true;
  }

  /// What jq did not compile cannot be asked. False: there was such a thing.
  bool refuse_broken(const std::vector<Item*>& open) {
    const std::lock_guard lock(workers_.mutex_);
    bool all_are_good = true;
    for (Item* item : open) {
      const std::string& problem = workers_.problems_[item->asked.condition];
      if (problem.empty()) continue;
      item->result = ended("not a valid jq condition: " + problem);
      all_are_good = false;
    }
    return all_are_good;
  }

  std::vector<ConditionQuestion> message_of(const std::vector<Item*>& open) const {
    std::vector<ConditionQuestion> message;
    std::size_t last = questions_.size();
    for (const Item* item : open) {
      if (item->question != last) message.push_back({questions_[item->question].value, {}});
      last = item->question;
      message.back().asked.push_back(item->asked);
    }
    return message;
  }

  /// Finds out what the worker died of.
  void blame(const std::vector<Item*>& open, const Response& reply, bool was_fresh) {
    if (reply.was_silent) {
      for (Item* item : open)
        item->result = ended("no answer within " + std::to_string(patience.count()) + " s");
    } else if (reply.dying && reply.dying->reason == Dying::Reason::memory && !was_fresh) {
      // What it had evaluated before may have taken the memory: a new one must say so, too.
      Item& culprit = *open[reply.dying->position];
      if (std::exchange(tried_again_, &culprit) == &culprit) settle(culprit, error_of(*reply.dying));
    } else if (reply.dying) {
      settle(*open[reply.dying->position], error_of(*reply.dying));
    } else if (open.size() > 1) {
      one_by_one_ = true;
    } else if (std::exchange(tried_again_, open.front()) == open.front()) {
      settle(*open.front(), killed(reply.status));
    }
  }

  /// For the other values of the round the condition is not tried any more: that may cost a second each.
  void settle(Item& culprit, const Error& error) {
    for (Item& item : items_) {
      if (item.asked.condition == culprit.asked.condition && !item.result) item.result = error;
    }
    const std::lock_guard lock(workers_.mutex_);
    if (workers_.deadly_.size() < most_remembered) workers_.deadly_.emplace(key(culprit), error);
  }

  ConditionWorkers& workers_;
  const std::vector<std::string>& expressions_;
  const std::span<const ConditionQuestion> questions_;
  std::vector<Item> items_;
  bool one_by_one_ = false;            ///< Since a worker died and did not say of what.
  const Item* tried_again_ = nullptr;  ///< Alone, since a worker may be killed for no fault of its own.
};

std::vector<Result<bool>> ConditionWorkers::evaluate(const std::vector<std::string>& expressions,
                                                     std::span<const ConditionQuestion> questions) {
  return Round(*this, expressions, questions).run();
}

/// One that has compiled the expressions.
Result<Worker> ConditionWorkers::take(const std::vector<std::string>& expressions) {
  Worker worker;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      worker = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (worker.process && worker.compiled == expressions.size()) return worker;
  auto problems = load(worker, expressions);
  if (!problems && problems.error().error_class == ErrorClass::condition)
    problems = load_without_broken(worker, expressions);
  if (!problems) return problems.error();
  const std::lock_guard lock(mutex_);
  problems_ = std::move(*problems);
  return worker;
}

Result<Worker> ConditionWorkers::start() {
  auto process = ExtractProcess::start(worker_program(), "--conditions");
  if (!process) return process.error();
  return Worker{std::move(*process), 0, 0};
}

/// Has a worker compile the expressions; says what is wrong with each.
Result<std::vector<std::string>> ConditionWorkers::load(Worker& worker,
                                                        const std::vector<std::string>& expressions) {
  if (!worker.process) {
    auto started = start();
    if (!started) return started.error();
    worker = std::move(*started);
  }
  const Response reply =
      exchange(*worker.process, Frame::programs, encode_texts(expressions), Frame::compiled, 1);
  if (reply.body) {
    auto problems = decode_texts(*reply.body);
    worker.compiled = expressions.size();
    if (problems && problems->size() == expressions.size()) return problems;
  }
  const bool was_ready = worker.process->is_ready;
  worker = {};
  if (reply.is_foreign) return other_version(worker_program());
  if (!was_ready) return never_ready(worker_program());
  if (reply.dying)
    return ended(reply.dying->reason == Dying::Reason::crash ? "jq crashes when it compiles it"
                                                             : "it is too large for jq");
  return killed(reply.status);
}

/// When jq does not survive them together: whose fault it is. The worker has compiled the others.
Result<std::vector<std::string>> ConditionWorkers::load_without_broken(Worker& worker,
                                                                       std::vector<std::string> expressions) {
  std::vector<std::string> problems;
  for (std::string& expression : expressions) {
    Worker single;
    const auto alone = load(single, {expression});
    if (!alone && alone.error().error_class == ErrorClass::unavailable) return alone.error();
    problems.push_back(alone ? alone->front() : alone.error().message);
    if (!problems.back().empty()) expression = "null";
  }
  const auto others = load(worker, expressions);
  if (!others) return others.error();
  return problems;
}

}  // namespace

std::unique_ptr<ConditionEngine> make_condition_workers() { return std::make_unique<ConditionWorkers>(); }

}  // namespace docket::backends
