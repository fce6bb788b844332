// What is spent, as the server that is paid sees it: never more than any limit allows, whatever goes wrong
// with 64 documents in flight, and to the last digit what the calls and the ledger say.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <latch>
#include <map>
#include <mutex>
#include <random>
#include <string>

#include "backends/calls/budget.h"
#include "backends/calls/fallback.h"
#include "backends/calls/local_models.h"
#include "backends/calls/model_backend.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_type.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/json/schema.h"
#include "pipeline/ledger/ledger.h"
#include "tests/fault_server.h"
#include "tests/hasty_timer.h"
#include "tests/raw_server.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr int documents = 64, runs = 3;
constexpr const char* stages[] = {"first", "second"};

class Dice {
 public:
  explicit Dice(unsigned seed) : generator_(seed) {}
  std::int64_t from_to(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(generator_);
  }
  bool one_in(std::int64_t times) { return from_to(1, times) == 1; }

 private:
  std::mt19937 generator_;
};

/// USD per million tokens, whole numbers: so many micro-dollars, and thousands of nano-dollars, a token.
struct Rates {
  std::int64_t input = 0, cached = 0, written = 0, output = 0;
  std::string in_yaml() const {
    return "{ input: " + std::to_string(input) + ", cached_input: " + std::to_string(cached) +
           ", cache_write: " + std::to_string(written) + ", output: " + std::to_string(output) + " }";
  }
};

/// In nano-dollars; none: no limit.
struct Caps {
  std::optional<std::int64_t> run, document, stage, day, month;
};

/// Does the sums that docket has to come to, by its own rules, when a question comes and before it is
/// answered; some that it answers badly, or not at all, have to be paid for all the same.
class Till {
 public:
  Till(const Rates& rates, const Caps& caps, std::int64_t spent_before)
      : rates_(rates), caps_(caps), before_(spent_before) {}

  /// Of so many tokens of each kind. Questions of docket's own name no document and no stage.
  void charge(const json& usage, const std::string& question) {
    const json& kinds = usage["prompt_tokens_details"];
    const std::int64_t cached = kinds["cached_tokens"], written = kinds["cache_write_tokens"];
    const std::int64_t plain = usage["prompt_tokens"].get<std::int64_t>() - cached - written;
    const std::int64_t cost =
        1000 * (plain * rates_.input + cached * rates_.cached + written * rates_.written +
                usage["completion_tokens"].get<std::int64_t>() * rates_.output);
    const std::lock_guard lock(mutex_);
    run_ += cost;
    total_ += cost;
    check(run_, caps_.run, "run");
    check(before_ + total_, caps_.day, "day");
    check(before_ + total_, caps_.month, "month");
    for (const auto& [owner, begin, cap] :
         {std::tuple("document", "Document ", caps_.document), {"stage", "Stage first", caps_.stage}})
      if (const std::size_t at = question.find(begin); at != std::string::npos) {
        const std::string name = question.substr(at, question.find('.', at) - at);
        check(others_[name] += cost, cap, owner);
      }
  }
  void begin_run() {
    const std::lock_guard lock(mutex_);
    run_ = 0;
    others_.clear();
  }
  std::int64_t total() const {
    const std::lock_guard lock(mutex_);
    return total_;
  }

 private:
  static void check(std::int64_t spent, std::optional<std::int64_t> cap, const char* owner) {
    EXPECT_LE(spent, cap.value_or(spent)) << owner;
  }

  const Rates rates_;
  const Caps caps_;
  const std::int64_t before_;
  mutable std::mutex mutex_;
  std::int64_t run_ = 0, total_ = 0;            // Guarded by mutex_.
  std::map<std::string, std::int64_t> others_;  // Guarded by mutex_: by document and by stage.
};

/// What may go wrong with a question.
enum class Trouble { none, loses_replies };

/// Speaks OpenAI's protocol and does as chance will have it.
class Shop {
 public:
  Shop(const Rates& rates, const Caps& caps, std::int64_t spent_before, Trouble trouble, unsigned seed)
      : till_(rates, caps, spent_before),
        trouble_(trouble),
        dice_(seed),
        server_([this](RawPeer& peer) { serve(peer); }) {}

  std::string url() const { return server_.url(""); }
  void begin_run() { till_.begin_run(); }
  std::int64_t bill() const { return till_.total(); }

 private:
  void serve(RawPeer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      const json body = json::parse(request.substr(request.find("\r\n\r\n") + 4), nullptr, false);
      if (!body.contains("messages"))
        peer.reply(json{{"data", {{{"id", "m"}}}}}.dump());
      else if (!answer(peer, body))
        return;
    }
  }

  /// False: the connection is gone.
  bool answer(RawPeer& peer, const json& body) {
    const std::string text = body["messages"].dump();
    json reply = answer_in(Dialect::openai, R"({"label":"invoice"})");
    std::int64_t chance = 0;
    {
      const std::lock_guard lock(mutex_);
      chance = dice_.from_to(1, 100);
      const std::int64_t input = dice_.from_to(1, static_cast<std::int64_t>(text.size()));
      const std::int64_t cached = dice_.from_to(0, input);
      const std::int64_t output =
          dice_.from_to(1, body.value("max_tokens", body.value("max_completion_tokens", 60)));
      reply["usage"] = {
          {"prompt_tokens", input},
          {"completion_tokens", output},
          {"total_tokens", input + output},
          {"prompt_tokens_details",
           {{"cached_tokens", cached}, {"cache_write_tokens", dice_.from_to(0, input - cached)}}}};
    }
    if (chance <= 6) return refuse(peer, 429, "busy");
    if (chance <= 9) return refuse(peer, 500, "broken");
    if (chance <= 10) return refuse(peer, 502, "no model has room");
    if (chance <= 12) return refuse(peer, 400, "I would rather not");
    if (chance <= 15) return refuse(peer, 400, "'temperature' is not supported");
    till_.charge(reply["usage"], text);
    if (chance <= 25) reply["choices"][0]["message"]["content"] = "None of these.";
    if (chance <= 28) reply["choices"][0]["finish_reason"] = "length";
    if (trouble_ == Trouble::loses_replies && chance > 90) return lose(peer, chance, reply.dump());
    peer.reply(reply.dump());
    return true;
  }

  static bool refuse(const RawPeer& peer, int status, const std::string& message) {
    peer.reply(error_in(Dialect::openai, "x", message),
               "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Type: application/json\r\n");
    return true;
  }

  static bool lose(const RawPeer& peer, std::int64_t chance, const std::string& reply) {
    if (chance > 98) {
      peer.reply("<html>The gateway gave up</html>", "HTTP/1.1 " + std::string(chance > 99 ? "502" : "504") +
                                                         " x\r\nContent-Type: text/html\r\n");
      return true;
    }
    if (chance > 96) {
      peer.reply("<html>Charged and forgotten</html>");
      return true;
    }
    if (chance > 93) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + reply.substr(0, 50));
    peer.reset();
    return false;
  }

  Till till_;
  const Trouble trouble_;
  std::mutex mutex_;
  Dice dice_;  // Guarded by mutex_.
  RawServer server_;
};

/// Three runs over a third of the documents each, with limits and prices as chance will have them: models
/// that are warmed up or not, and a stage that has them think or not.
class Trial {
 public:
  Trial(unsigned seed, Trouble trouble) : trouble_(trouble), dice_(seed), seed_(seed) {}

  void run();
  int answered() const { return answered_; }
  int withheld() const { return withheld_; }
  std::int64_t retried() const { return retried_; }    ///< Attempts that were not a call's first.
  std::int64_t warm_ups() const { return warm_ups_; }  ///< That cost.

 private:
  Request question(const std::string& backend, int document, const char* stage) const {
    Prompt prompt;
    prompt.document = {
        {PromptPart::Kind::text, "Document " + std::to_string(document) + ". " +
                                     std::string(static_cast<std::size_t>(document) * 20, 'x')}};
    prompt.task = "Stage " + std::string(stage) + ". Which label?";
    prompt.schema = std::make_shared<const Schema>(
        json{{"type", "object"},
             {"properties", {{"label", {{"type", "string"}, {"enum", {"invoice", "letter"}}}}}},
             {"required", {"label"}},
             {"additionalProperties", false}});
    prompt.most_output_tokens = 60;
    if (thinks_ && stage == std::string_view("second")) prompt.think = true;
    return {backend, std::move(prompt), {"d" + std::to_string(document), stage}};
  }

  /// None, nothing, or anything up to `enough`.
  std::optional<std::int64_t> cap(std::int64_t enough) {
    if (dice_.one_in(2)) return std::nullopt;
    return dice_.one_in(12) ? 0 : dice_.from_to(1, enough);
  }
  static std::string usd(std::int64_t nano_dollars) {
    std::string digits = std::to_string(nano_dollars);
    digits.insert(0, std::max<std::ptrdiff_t>(10 - std::ssize(digits), 0), '0');
    return digits.insert(digits.size() - 9, ".");
  }
  static std::string line(const char* name, std::optional<std::int64_t> cap) {
    return cap ? std::string(name) + ": " + usd(*cap) + ", " : "";
  }

  Result<std::unique_ptr<Ledger>> begin_ledger(const TempDir& dir, std::int64_t spent_before);
  void work(const Pipeline& pipeline, Ledger& ledger, int first, int last);
  void compare(Ledger& ledger, std::int64_t before, std::int64_t bill);

  void take(const Reply& reply) {
    const std::lock_guard lock(mutex_);
    spent_ += reply.spent.total();
    answered_ += reply.answer ? 1 : 0;
    withheld_ += !reply.answer && reply.answer.error().error_class == ErrorClass::withheld ? 1 : 0;
  }

  const Trouble trouble_;
  Dice dice_;
  const unsigned seed_;
  const bool thinks_ = dice_.one_in(3), warms_up_ = dice_.one_in(3);
  std::mutex mutex_;
  Usage spent_;  // Guarded by mutex_, as what follows.
  int answered_ = 0, withheld_ = 0;
  std::int64_t retried_ = 0, warm_ups_ = 0;
};

void Trial::run() {
  const Rates rates{dice_.from_to(1, 20), dice_.from_to(0, 20), dice_.from_to(1, 40), dice_.from_to(1, 90)};
  // About the most that one call can cost, and four times what it does.
  const std::int64_t output = 60 + (thinks_ ? 2 * room_for_thinking : 0);
  const std::int64_t call = 1000 * (2500 * std::max(rates.input, rates.written) + output * rates.output);
  const std::int64_t before = dice_.from_to(0, 30 * call);
  const Caps caps{cap(60 * call), cap(5 * call), cap(30 * call), cap(90 * call), cap(90 * call)};
  Shop shop(rates, caps, before, trouble_, seed_ + 1);

  const TempDir dir;
  const std::string settings = "type: openai, url: '" + shop.url() +
                               "', model: m, location: " + (warms_up_ ? "local, warm_up: true" : "cloud") +
                               ", max_concurrent: 16, price: " + rates.in_yaml();
  PipelineOrDiagnostics read = read_pipeline(
      dir.write("pipeline.yaml",
                "version: 1\nbudget: { " + line("run", caps.run) + line("document", caps.document) +
                    line("day", caps.day) + line("month", caps.month) + "}\nbackends:\n  one: { " + settings +
                    ", fallback: two }\n  two: { " + settings +
                    " }\nstages:\n  - extract:\n  - classify: { id: first, backends: [one], " +
                    "labels: { a: {}, b: {} }, " + line("budget", caps.stage) + "}\n"),
      registry());
  ASSERT_TRUE(read.pipeline) << to_string(read.diagnostics.at(0));
  auto ledger = begin_ledger(dir, before);
  ASSERT_TRUE(ledger);
  for (int run = 0; run < runs; ++run) {
    shop.begin_run();
    LedgerRun row;
    row.name = "run " + std::to_string(run);
    ASSERT_FALSE((*ledger)->begin_run(row, {}));
    work(*read.pipeline, **ledger, documents * run / runs, documents * (run + 1) / runs);
    ASSERT_FALSE((*ledger)->end_run(0, "{}"));
  }
  ASSERT_FALSE((*ledger)->flush());
  compare(**ledger, before, shop.bill());
}

/// Of an output that an earlier run has spent so much on.
Result<std::unique_ptr<Ledger>> Trial::begin_ledger(const TempDir& dir, std::int64_t spent_before) {
  auto ledger = Ledger::open(dir.path());
  if (!ledger) return ledger;
  LedgerRun run;
  run.name = "earlier";
  if (const auto failed = (*ledger)->begin_run(run, {})) return *failed;
  LedgerCall earlier;
  earlier.usage = {.calls = 1, .nano_dollars = spent_before};
  (*ledger)->call_ended(earlier, std::nullopt, {});
  if (const auto failed = (*ledger)->end_run(0, "{}")) return *failed;
  return ledger;
}

/// A run over the documents from `first` to before `last`; what was spent before is in the ledger alone.
void Trial::work(const Pipeline& pipeline, Ledger& ledger, int first, int last) {
  auto budget = budget_of(limits_of(pipeline, std::nullopt), &ledger);
  ASSERT_TRUE(budget);
  LocalModels models(pipeline, &ledger, {}, {});
  std::stop_source end;
  std::optional<HttpLoop> loop(std::in_place, end.get_token());
  HastyTimer timer(*loop);
  const auto make = [&](std::size_t number) {
    CallOptions options;
    options.retry.attempts = 3;
    options.retry.random = [] { return 0.0; };
    options.breaker.failures = 1000;
    options.timer = &timer;
    options.purse = budget->get();
    options.models = &models;
    return make_model_backend(pipeline.backends[number], secrets_of(pipeline), false, {&ledger}, *loop,
                              nullptr, options);
  };
  auto second = make(1);
  auto backend = make_fallback(make(0), *second, {.name = "two"});
  models.begin();
  std::latch all((last - first) * std::ssize(stages));
  for (int document = first; document < last; ++document)
    for (const char* stage : stages)
      backend->submit(question("one", document, stage), [&](const Reply& reply) {
        take(reply);
        all.count_down();
      });
  all.wait();
  end.request_stop();
  models.finish();
  backend.reset();
  second.reset();
  loop.reset();  // Timers that are pending fire now, and ask the timer.
}

void Trial::compare(Ledger& ledger, std::int64_t before, std::int64_t bill) {
  auto rows = ledger.read();
  ASSERT_TRUE(rows);
  const auto number = [&](const char* sql) { return (*rows)->number(sql).value(); };
  retried_ = number("SELECT coalesce(sum(attempt > 1), 0) FROM calls WHERE run >= 2");
  warm_ups_ = number("SELECT count(*) FROM calls WHERE run >= 2 AND stage = 'warm_up'");
  const std::int64_t counted =
      number("SELECT coalesce(sum(counted_nano_dollars), 0) FROM calls WHERE run >= 2");
  EXPECT_EQ(number("SELECT coalesce(sum(counted_nano_dollars), 0) FROM calls"
                   " WHERE run >= 2 AND stage <> 'warm_up'"),
            spent_.nano_dollars + spent_.uncertain_nano_dollars);
  EXPECT_EQ(ledger.spent_since("2000").value(), before + counted);
  if (trouble_ == Trouble::loses_replies) {
    EXPECT_LE(bill, counted);
    return;
  }
  EXPECT_EQ(counted, bill);
  EXPECT_EQ(spent_.unpriced_calls, 0);
  EXPECT_EQ(number("SELECT coalesce(sum(nano_dollars), 0) FROM calls WHERE run >= 2"), bill);
}

class BudgetBill : public testing::TestWithParam<Trouble> {};

TEST_P(BudgetBill, NeverExceedsALimitAndAgreesToTheLastDigit) {
  int all_answered = 0, all_withheld = 0, some_of_both = 0;
  std::int64_t retried = 0, warm_ups = 0;
  for (unsigned seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    Trial trial(seed, GetParam());
    trial.run();
    all_answered += trial.withheld() == 0 ? 1 : 0;
    all_withheld += trial.answered() == 0 ? 1 : 0;
    some_of_both += trial.answered() > 0 && trial.withheld() > 0 ? 1 : 0;
    retried += trial.retried();
    warm_ups += trial.warm_ups();
  }
  EXPECT_GT(all_answered, 0);
  EXPECT_GT(all_withheld, 0);
  EXPECT_GT(some_of_both, 0);
  EXPECT_GT(retried, 50);
  EXPECT_GT(warm_ups, 0);
}

INSTANTIATE_TEST_SUITE_P(Each, BudgetBill, testing::Values(Trouble::none, Trouble::loses_replies));

}  // namespace
}  // namespace docket::backends
