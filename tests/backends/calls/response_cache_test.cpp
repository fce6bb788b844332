#include "backends/calls/response_cache.h"

#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <utility>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/ledger/ledger.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

using backends::make_response_cache;
using backends::request_key;

/// A pipeline with the backend `paid`, made of `settings` in YAML.
class Paid {
 public:
  explicit Paid(const std::string& settings = "model: m") {
    PipelineOrDiagnostics read = read_pipeline(
        dir_.write("pipeline.yaml",
                   "version: 1\nbackends:\n  paid: { type: openai, url: 'http://127.0.0.1:1', " + settings +
                       " }\nstages:\n  - extract:\n"),
        registry());
    if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
    pipeline_ = std::move(*read.pipeline);
  }
  const BackendConfig& pipeline() const { return pipeline_.backends[0]; }

 private:
  TempDir dir_;
  Pipeline pipeline_;
};

/// The keys that the backends of a pipeline have for the same request; its text may hold YAML, a line each.
std::vector<std::string> keys_of(const std::string& backends, const Request& request) {
  const TempDir dir;
  PipelineOrDiagnostics read = read_pipeline(
      dir.write("pipeline.yaml", "version: 1\nbackends:\n" + backends + "stages:\n  - extract:\n"),
      registry());
  if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
  std::vector<std::string> keys;
  for (const BackendConfig& backend : read.pipeline->backends)
    keys.push_back(request_key(backend, {.place = place_apart(backend, *read.pipeline)}, request));
  return keys;
}

Request prompt(const std::string& task) {
  Prompt prompt;
  prompt.task = task;
  Request request{"paid", std::move(prompt)};
  request.asked_by.document = "a.txt";
  request.asked_by.stage = "classify";
  return request;
}

/// Answers every prompt with its own task, at a price; `fail` as a task fails.
class Echo final : public Backend {
 public:
  explicit Echo(int& asked) : asked_(asked) {}
  void submit(Request request, Done done) noexcept override {
    ++asked_;
    const std::string& task = std::get<Prompt>(request.question).task;
    Reply reply;
    Usage usage;
    usage.calls = 1;
    usage.nano_dollars = 7;
    reply.spent.add({"paid", "m", usage});
    if (task == "fail") {
      reply.answer = Error{ErrorClass::transient, "later"};
    } else {
      reply.answer = Answer{task, nullptr, {{"/a", {0.5, 0.25, 0.75}}}};
    }
    done(std::move(reply));
  }

 private:
  int& asked_;
};

Reply ask(Backend& backend, Request request) {
  std::promise<Reply> reply;
  backend.submit(std::move(request), [&](Reply got) { reply.set_value(std::move(got)); });
  return reply.get_future().get();
}

TEST(ResponseCache, SendsTheSameRequestOnce) {
  const TempDir dir;
  const Paid paid;
  auto ledger = Ledger::open(dir.path());
  int asked = 0;
  {
    const auto backend = make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {ledger->get()});
    EXPECT_EQ(ask(*backend, prompt("one")).spent.total().nano_dollars, 7);
  }
  // Another run, after the ledger was closed.
  ledger->reset();
  ledger = Ledger::open(dir.path());
  const auto backend = make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {ledger->get()});
  const Reply again = ask(*backend, prompt("one"));
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(again.answer->value, "one");
  EXPECT_EQ(again.answer->probabilities.at("/a").margin, 0.75);
  EXPECT_EQ(again.spent.total(), Usage{});
  EXPECT_EQ(again.reused.nano_dollars, 7);
  ask(*backend, prompt("two"));
  EXPECT_EQ(asked, 2);
  const auto anew =
      make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {ledger->get(), "", false});
  ask(*anew, prompt("one"));
  EXPECT_EQ(asked, 3);
}

TEST(ResponseCache, GivesEveryAttemptARowAndKeepsNoFailure) {
  const TempDir dir;
  const Paid paid;
  auto ledger = Ledger::open(dir.path());
  int asked = 0;
  const auto backend = make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {ledger->get()});
  ask(*backend, prompt("fail"));
  Request again = prompt("fail");
  again.tries = {.before = 1, .paused = std::chrono::milliseconds(250)};
  ask(*backend, std::move(again));
  ask(*backend, prompt("one"));
  EXPECT_EQ(asked, 3);
  Request same = prompt("one");
  same.asked_by.document = "b.txt";
  ask(*backend, std::move(same));
  EXPECT_EQ(asked, 3);
  EXPECT_FALSE((*ledger)->flush());
  auto reading = (*ledger)->read();
  std::vector<std::string> rows;
  EXPECT_FALSE((*reading)->run(
      "SELECT document || ' ' || stage || ' ' || backend || ' ' || model || ' ' || location || ' ' ||"
      " attempt || ' ' || outcome || ' ' || nano_dollars || ' ' || requests || ' ' || paused_ms || ' ' ||"
      " reused FROM calls ORDER BY id",
      {}, [&](const LedgerRow& row) { rows.emplace_back(row.text(0)); }));
  EXPECT_EQ(rows, (std::vector<std::string>{
                      "a.txt classify paid m local 1 transient 7 1 0 {}",
                      "a.txt classify paid m local 2 transient 7 1 250 {}",
                      "a.txt classify paid m local 1 ok 7 1 0 {}",
                      R"(b.txt classify paid m ledger 0 known 0 0 0 {"calls":1,"nano_dollars":7})"}));
}

TEST(ResponseCache, AnAnswerThatIsJudgedToBeNoneIsNoneInItsRowAndNotKept) {
  const TempDir dir;
  const Paid paid;
  auto ledger = Ledger::open(dir.path());
  int asked = 0;
  const auto backend = make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {ledger->get()});
  const auto is_asked = [&](const std::string& task, const std::string& refused) {
    Request request = prompt(task);
    request.judge = [refused](const Answer& answer) -> std::optional<Error> {
      if (answer.value == refused) return Error{ErrorClass::content, "not " + refused};
      return std::nullopt;
    };
    const int before = asked;
    const Reply reply = ask(*backend, std::move(request));
    EXPECT_EQ(reply.answer.has_value(), task != refused);
    return asked > before;
  };
  EXPECT_TRUE(is_asked("one", "one"));
  EXPECT_TRUE(is_asked("one", "one")) << "nothing was kept";
  EXPECT_TRUE(is_asked("one", "two"));
  EXPECT_FALSE(is_asked("one", "two"));
  EXPECT_TRUE(is_asked("fail", "fail"));
  EXPECT_FALSE((*ledger)->flush());
  auto reading = (*ledger)->read();
  std::vector<std::string> rows;
  EXPECT_FALSE((*reading)->run("SELECT outcome || ' ' || nano_dollars FROM calls ORDER BY id", {},
                               [&](const LedgerRow& row) { rows.emplace_back(row.text(0)); }));
  EXPECT_EQ(rows, (std::vector<std::string>{"content 7", "content 7", "ok 7", "known 0", "transient 7"}));
}

TEST(ResponseCache, TellsBackendsOfTheSameModelApartWhereTheyAre) {
  const Request request = prompt("one");
  const std::string one = "{ type: openai, url: 'http://127.0.0.1:1', model: m }\n";
  const std::string key = keys_of("  a: " + one, request).at(0);
  EXPECT_EQ(keys_of("  a: { type: openai, url: 'http://127.0.0.1:7', model: m }\n", request).at(0), key)
      << "a server may move";
  EXPECT_EQ(keys_of("  a: " + one + "  b: " + one, request), (std::vector{key, key}))
      << "the same server twice";
  const auto other_model =
      keys_of("  a: " + one + "  b: { type: openai, url: 'http://127.0.0.1:2', model: n }\n", request);
  EXPECT_EQ(other_model.at(0), key);
  for (const char* other : {"url: 'http://127.0.0.1:2', model: m", "url: 'https://api.example.com', model: m",
                            "url: 'http://127.0.0.1:1', location: cloud, model: m",
                            "url: ['http://127.0.0.1:1', 'http://127.0.0.1:2'], model: m"}) {
    const std::string both = "  a: " + one + "  b: { type: openai, " + other + " }\n";
    const std::vector<std::string> keys = keys_of(both, request);
    EXPECT_NE(keys.at(0), keys.at(1)) << other;
    EXPECT_EQ(keys_of(both, request), keys) << "another run";
  }
}

TEST(ResponseCache, KnowsABackendWhoseAddressesStandInAnotherOrder) {
  const Request request = prompt("one");
  const auto with = [&](const char* urls) {
    return keys_of(
        "  far: { type: openai, url: 'http://127.0.0.1:9', model: m }\n  near: { type: openai, url: [" +
            std::string(urls) + "], model: m }\n",
        request);
  };
  const auto keys = with("'http://127.0.0.1:1', 'http://127.0.0.1:2'");
  EXPECT_EQ(with("'http://127.0.0.1:2', 'http://127.0.0.1:1'"), keys);
  EXPECT_NE(with("'http://127.0.0.1:3', 'http://127.0.0.1:1'").at(1), keys.at(1));
}

TEST(ResponseCache, ReusesNoAnswerOfAModelThatNobodyKnows) {
  const TempDir dir;
  const Paid paid("max_concurrent: 1");
  auto ledger = Ledger::open(dir.path());
  int asked = 0;
  for (const std::string model : {"", "", "m1", "m1", "m2"}) {
    const auto backend =
        make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {ledger->get(), model});
    EXPECT_EQ(ask(*backend, prompt("one")).answer->value, "one");
  }
  EXPECT_EQ(asked, 4);
}

/// Holds what it is told until the test says how it went.
class SlowStore final : public AnswerStore {
 public:
  Result<std::int64_t> spent_since(std::string_view) override { return 0; }
  Result<std::optional<StoredAnswer>> answer(std::string_view) override {
    return std::optional<StoredAnswer>();
  }
  void call_begins(LedgerCall, std::function<void(const std::optional<Error>&)> committed) override {
    waiting = std::move(committed);
  }
  void call_ended(LedgerCall, std::optional<StoredAnswer>,
                  std::function<void(const std::optional<Error>&)> committed) override {
    waiting = std::move(committed);
  }
  std::function<void(const std::optional<Error>&)> waiting;
};

TEST(ResponseCache, HandsNoAnswerOnBeforeItIsDurable) {
  const Paid paid;
  SlowStore store;
  int asked = 0;
  const auto backend = make_response_cache(std::make_unique<Echo>(asked), paid.pipeline(), {&store});
  std::optional<Reply> reply;
  backend->submit(prompt("one"), [&](Reply got) { reply = std::move(got); });
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(reply);
  store.waiting(std::nullopt);
  ASSERT_TRUE(reply && reply->answer);
  reply.reset();
  backend->submit(prompt("two"), [&](Reply got) { reply = std::move(got); });
  store.waiting(Error{ErrorClass::output, "the disk is full"});
  ASSERT_TRUE(reply);
  ASSERT_FALSE(reply->answer);
  EXPECT_EQ(reply->answer.error().message, "the disk is full");
  EXPECT_EQ(reply->spent.total().nano_dollars, 7) << "it was paid for all the same";
}

TEST(ResponseCache, KnowsARequestByWhatDecidesItsAnswer) {
  const std::string key = request_key(Paid().pipeline(), {}, prompt("one"));
  EXPECT_EQ(request_key(Paid("model: m, max_concurrent: 9, timeout: 7s").pipeline(), {}, prompt("one")), key);
  EXPECT_NE(request_key(Paid("model: other").pipeline(), {}, prompt("one")), key);
  EXPECT_NE(request_key(Paid().pipeline(), {.model = "another m"}, prompt("one")), key);
  EXPECT_NE(request_key(Paid().pipeline(), {}, prompt("two")), key);
  Request thinking = prompt("one");
  std::get<Prompt>(thinking.question).think = true;
  EXPECT_NE(request_key(Paid().pipeline(), {}, thinking), key);
  EXPECT_EQ(request_key(Paid("model: m, think: true").pipeline(), {}, prompt("one")),
            request_key(Paid().pipeline(), {}, thinking));
  std::get<Prompt>(thinking.question).think = false;
  EXPECT_EQ(request_key(Paid().pipeline(), {}, thinking), key) << "as the backend says anyway";
  Request another = prompt("one");
  another.asked_by.document = "b.txt";
  EXPECT_EQ(request_key(Paid().pipeline(), {}, another), key);
  std::get<Prompt>(another.question).diagnostic = "no JSON";
  EXPECT_NE(request_key(Paid().pipeline(), {}, another), key);
  EXPECT_EQ(request_key(Paid().pipeline(), {}, Request{"paid", ClassifyQuestion{}}), "");
}

TEST(ResponseCache, KnowsAPictureByItsBytes) {
  const auto key_of = [](const std::string& bytes) {
    PromptPart part;
    part.image = std::make_shared<const Image>(Image{"image/png", bytes, 10, 10});
    Request request = prompt("one");
    std::get<Prompt>(request.question).document = {std::move(part)};
    return request_key(Paid().pipeline(), {}, request);
  };
  EXPECT_EQ(key_of("one page"), key_of("one page"));
  EXPECT_NE(key_of("one page"), key_of("another"));
}

/// Keeps requests waiting until the test answers them.
class Holding final : public Backend {
 public:
  explicit Holding(std::deque<Done>& asked) : asked_(asked) {}
  void submit(Request, Done done) noexcept override { asked_.push_back(std::move(done)); }

 private:
  std::deque<Done>& asked_;
};

Reply paid_reply(Result<Answer> answer) {
  Reply reply{std::move(answer)};
  Usage usage;
  usage.calls = 1;
  reply.spent.add({"paid", "m", usage});
  return reply;
}

TEST(ResponseCache, WhatIsUnderWayIsNotSentAgain) {
  const TempDir dir;
  const Paid paid;
  const auto ledger = Ledger::open(dir.path());
  std::deque<Backend::Done> asked;
  const auto backend =
      make_response_cache(std::make_unique<Holding>(asked), paid.pipeline(), {ledger->get()});
  std::promise<Reply> first, second, third;
  const auto into = [](std::promise<Reply>& reply) {
    return [&reply](Reply got) { reply.set_value(std::move(got)); };
  };
  backend->submit(prompt("one"), into(first));
  backend->submit(prompt("one"), into(second));
  backend->submit(prompt("one"), into(third));
  ASSERT_EQ(asked.size(), 1U);
  asked[0](paid_reply(Error{ErrorClass::transient, "busy"}));
  EXPECT_FALSE(first.get_future().get().answer);
  ASSERT_EQ(asked.size(), 2U) << "the next of them asks";
  asked[1](paid_reply(Answer{"yes"}));
  EXPECT_EQ(second.get_future().get().spent.total().calls, 1);
  const Reply shared = third.get_future().get();
  EXPECT_TRUE(shared.answer);
  EXPECT_EQ(shared.spent.total(), Usage{});
  EXPECT_EQ(shared.reused.calls, 1);
  EXPECT_EQ(asked.size(), 2U);
}

TEST(ResponseCache, APaidPlaceIsFreeOnceTheAnswerIsDurable) {
  /// Answers with a place that somebody holds as long as the reply keeps it.
  class Placing final : public Backend {
   public:
    explicit Placing(std::weak_ptr<void>& place) : place_(place) {}
    void submit(Request, Done done) noexcept override {
      Reply reply = paid_reply(answer);
      reply.place = {nullptr, [](void*) {}};
      place_ = reply.place;
      done(std::move(reply));
    }

    Result<Answer> answer = Answer{"yes"};

   private:
    std::weak_ptr<void>& place_;
  };
  const Paid paid;
  SlowStore store;
  std::weak_ptr<void> place;
  auto placing = std::make_unique<Placing>(place);
  Result<Answer>& answer = placing->answer;
  const auto backend = make_response_cache(std::move(placing), paid.pipeline(), {&store});
  for (const std::optional<Error>& lost :
       {std::optional<Error>(), std::optional<Error>(Error{ErrorClass::output, "the disk is full"})}) {
    bool was_free = false;
    backend->submit(prompt("one"), [&](const Reply&) { was_free = place.expired(); });
    EXPECT_FALSE(place.expired());
    store.waiting(lost);
    EXPECT_TRUE(was_free) << "before the answer is handed on";
  }
  answer = Error{ErrorClass::content, "no JSON"};
  bool is_told = false;
  backend->submit(prompt("one"), [&](const Reply&) { is_told = true; });
  EXPECT_TRUE(is_told) << "nobody waits for a note that no answer needs";
  EXPECT_FALSE(place.expired()) << "but the next call does";
  store.waiting(std::nullopt);
  EXPECT_TRUE(place.expired());
}

TEST(ResponseCache, TheWaitForAnotherDocumentsCallCountsAgainstNoDeadline) {
  const Paid paid;
  SlowStore store;
  std::deque<Backend::Done> asked;
  const auto backend = make_response_cache(std::make_unique<Holding>(asked), paid.pipeline(), {&store});
  std::optional<Reply> first, second;
  backend->submit(prompt("one"), [&](Reply reply) { first = std::move(reply); });
  backend->submit(prompt("one"), [&](Reply reply) { second = std::move(reply); });
  asked[0](paid_reply(Answer{"yes"}));
  std::exchange(store.waiting, {})(std::nullopt);  // Another note is waited for meanwhile.
  EXPECT_GT(second->queued.count(), 0);
}

}  // namespace
}  // namespace docket
