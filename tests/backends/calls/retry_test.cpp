#include "backends/calls/retry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "backends/calls/reask.h"
#include "backends/http/http.h"
#include "tests/fakes.h"
#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;

class Retry : public testing::Test {
 protected:
  void make(RetryOptions options = {}) {
    options.random = [this] { return random_; };
    retry_ = make_retry(std::make_unique<HeldBackend>(calls_), options, timer_);
  }
  void ask(Request request = prompt_request()) {
    if (!retry_) make();
    retry_->submit(std::move(request), outcome_.done());
  }
  static Reply asking_for(std::chrono::milliseconds hint) {
    Reply reply = bad_reply(ErrorClass::transient, "backend 'local': status 429");
    reply.retry_after = hint;
    return reply;
  }

  double random_ = 0.5;
  FakeTimer timer_;
  HeldCalls calls_;
  CallOutcome outcome_;
  std::unique_ptr<Backend> retry_;
};

TEST_F(Retry, AnAnswerIsPassedOn) {
  ask();
  calls_.answer(good_reply());
  EXPECT_TRUE(outcome_.reply->answer);
  EXPECT_EQ(outcome_.reply->spent.total().calls, 1);
}

TEST_F(Retry, WaitsLongerEachTimeUpToTheCap) {
  ask();
  for (const auto wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16'000ms}) {
    calls_.answer(bad_reply(ErrorClass::transport, "cannot connect"));
    EXPECT_FALSE(outcome_.reply);
    EXPECT_EQ(timer_.next(), wait);
    timer_.advance(wait);
  }
  calls_.answer(bad_reply(ErrorClass::transport, "cannot connect"));
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::transport, "cannot connect (7 attempts)"}));
  EXPECT_EQ(outcome_.reply->spent.total().calls, 7);
  EXPECT_EQ(outcome_.reply->spent.total().input_tokens, 70);
}

TEST_F(Retry, EachTryKnowsThoseBeforeItAndThePause) {
  make();
  retry_ = make_reask(std::move(retry_), {.times = 1}, timer_);
  ask();
  EXPECT_EQ(calls_.request().tries.before, 0);
  calls_.answer(asking_for(20s));
  timer_.advance(20'500ms);
  EXPECT_EQ(calls_.request().tries.before, 1);
  EXPECT_EQ(calls_.request().tries.paused, 20'500ms);
  calls_.answer(bad_reply(ErrorClass::content, "no JSON"));
  EXPECT_EQ(calls_.request().tries.before, 2) << "another answer is another try";
  EXPECT_EQ(calls_.request().tries.paused, 0ms);
  calls_.answer(bad_reply(ErrorClass::transport));
  timer_.advance(*timer_.next());
  EXPECT_EQ(calls_.request().tries.before, 3);
  calls_.answer(good_reply());
  EXPECT_TRUE(outcome_.reply->answer);
}

TEST_F(Retry, NoWaitIsLongerThanTheCap) {
  random_ = 0.999999;
  make({.attempts = 40, .patience = 24h});
  ask();
  for (int i = 0; i < 39; ++i) {
    calls_.answer(bad_reply(ErrorClass::transport));
    ASSERT_LE(*timer_.next(), 60s);
    timer_.advance(60s);
  }
}

TEST_F(Retry, AHintIsTheLeast) {
  ask();
  calls_.answer(asking_for(20s));
  EXPECT_EQ(timer_.next(), 20'500ms);
  timer_.advance(20'500ms);
  calls_.answer(good_reply());
  EXPECT_TRUE(outcome_.reply->answer);
  EXPECT_EQ(outcome_.reply->spent.total().calls, 2);
}

TEST_F(Retry, AnAbsurdHintEndsTheCall) {
  ask();
  calls_.answer(asking_for(24h));
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::transient,
                                     "backend 'local': status 429; the server asks to wait 24 h, which "
                                     "is too long"}));
}

TEST_F(Retry, AHintBeyondTheDeadlineEndsTheCall) {
  Request request = prompt_request();
  request.deadline = timer_.now() + 30s;
  ask(std::move(request));
  calls_.answer(asking_for(31s));
  EXPECT_EQ(outcome_.error().message,
            "backend 'local': status 429; the server asks to wait 31 s, which is too long");
}

TEST_F(Retry, ACallHasADeadlineOfItsOwn) {
  make();
  retry_ = make_reask(std::move(retry_), {.call = 1s}, timer_);  // Which sets it, for all answers together.
  ask();
  EXPECT_EQ(calls_.request().deadline, timer_.now() + 1s);
  timer_.advance(600ms);
  calls_.answer(bad_reply(ErrorClass::transport, "cannot connect"));
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::transport, "cannot connect; no time is left to retry"}));
}

TEST_F(Retry, TheWaitInAQueueCountsAgainstNoDeadline) {
  for (const auto queued : {1s, 100s, 10'000s}) {
    outcome_ = {};
    Request request = prompt_request();
    request.deadline = timer_.now() + 5s;
    ask(std::move(request));
    timer_.advance(queued);
    Reply reply = bad_reply(ErrorClass::transient);
    reply.queued = queued;
    calls_.answer(reply);
    timer_.advance(*timer_.next());
    EXPECT_EQ(calls_.request().deadline, timer_.now() + 4500ms);
    reply = good_reply();
    reply.queued = 7s;
    calls_.answer(reply);
    EXPECT_EQ(outcome_.reply->queued, queued + 7s);
  }
}

TEST_F(Retry, AServerThatSaysNowIsNotSaidToWantTooMuch) {
  for (const auto hint : {std::optional<std::chrono::milliseconds>(0ms), {}, {1ms}}) {
    outcome_ = {};
    Request request = prompt_request();
    request.deadline = timer_.now() + 1s;
    ask(std::move(request));
    timer_.advance(2s);
    Reply reply = bad_reply(ErrorClass::transient, "status 503");
    reply.retry_after = hint;
    calls_.answer(reply);
    EXPECT_EQ(outcome_.error().message, hint.value_or(0ms) == 0ms
                                            ? "status 503; no time is left to retry"
                                            : "status 503; the server asks to wait 1 ms, which is too long");
  }
}

TEST_F(Retry, AnAttemptThatWouldHaveNoTimeIsNotMade) {
  for (const auto& [deadline, is_made] : {std::pair(499ms, false), {550ms, false}, {600ms, true}}) {
    outcome_ = {};
    Request request = prompt_request();
    request.deadline = timer_.now() + deadline;
    ask(std::move(request));
    calls_.answer(bad_reply(ErrorClass::unreachable, "cannot connect"));
    EXPECT_EQ(outcome_.error().message,
              is_made ? "no reply yet" : "cannot connect; no time is left to retry");
    timer_.advance(1s);
    if (is_made) calls_.answer(good_reply());
  }
}

TEST_F(Retry, APauseOfTheAddressIsTheLeastWait) {
  ask();
  Reply reply = bad_reply(ErrorClass::transport);
  reply.paused = 20s;
  calls_.answer(reply);
  EXPECT_EQ(timer_.next(), 20'500ms);
}

TEST_F(Retry, AServerThatAnswersNobodyIsGivenUpByAllTogether) {
  make({.attempts = 100, .cap = 1s, .patience = 10s});
  const auto begin = timer_.now();
  ask();
  for (int i = 0; !outcome_.reply; ++i) {
    calls_.answer(bad_reply(i % 2 == 0 ? ErrorClass::transient : ErrorClass::transport, "no"));
    timer_.advance(timer_.next().value_or(0ms));
  }
  EXPECT_GE(timer_.now() - begin, 10s);
  EXPECT_LE(timer_.now() - begin, 11s);
  CallOutcome next;
  retry_->submit(prompt_request(), next.done());
  calls_.answer(bad_reply(ErrorClass::transient, "no"));
  EXPECT_EQ(next.error(), (Error{ErrorClass::transient, "no"}));
  CallOutcome after;
  retry_->submit(prompt_request(), after.done());
  calls_.answer(bad_reply(ErrorClass::content, "an answer, if a bad one"));
  retry_->submit(prompt_request(), (after = {}).done());
  calls_.answer(bad_reply(ErrorClass::transient, "no"));
  EXPECT_FALSE(after.reply);
}

TEST_F(Retry, AServerThatIsNotThereIsGivenUpSoonByAllTogether) {
  const auto begin = timer_.now();
  random_ = 0.99;
  ask();
  while (!outcome_.reply) {
    calls_.answer(bad_reply(ErrorClass::unreachable, "cannot connect"));
    timer_.advance(timer_.next().value_or(0ms));
  }
  EXPECT_EQ(timer_.now() - begin, 20s);
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::unreachable, "cannot connect (6 attempts)"}));

  CallOutcome next;
  retry_->submit(prompt_request(), next.done());
  calls_.answer(bad_reply(ErrorClass::unreachable, "cannot connect"));
  EXPECT_EQ(next.error(), (Error{ErrorClass::unreachable, "cannot connect"}));

  CallOutcome there;
  retry_->submit(prompt_request(), there.done());
  calls_.answer(bad_reply(ErrorClass::transport, "broke"));
  timer_.advance(*timer_.next());
  calls_.answer(bad_reply(ErrorClass::unreachable, "cannot connect"));
  EXPECT_FALSE(there.reply);  // It was there a moment ago.
}

TEST_F(Retry, WhatWouldFailAgainIsNotAskedAgain) {
  for (const ErrorClass error : {ErrorClass::unavailable, ErrorClass::rejected, ErrorClass::too_long,
                                 ErrorClass::content, ErrorClass::cancelled}) {
    outcome_ = {};
    ask();
    calls_.answer(bad_reply(error));
    EXPECT_EQ(outcome_.error(), (Error{error, "no"}));
  }
}

TEST_F(Retry, AStopEndsTheWaitAndKeepsWhatWasSpent) {
  ask();
  calls_.answer(bad_reply(ErrorClass::transport));
  timer_.stop();
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::cancelled, "the run was stopped"}));
  EXPECT_EQ(outcome_.reply->spent.total().calls, 1);
  EXPECT_EQ(calls_.seen(), 1);
}

TEST_F(Retry, TheSameRequestIsSentEachTime) {
  ask(prompt_request("a.pdf"));
  calls_.answer(bad_reply(ErrorClass::transport));
  timer_.advance(1s);
  EXPECT_EQ(std::get<Prompt>(calls_.request("a.pdf").question).task, "?");
}

TEST_F(Retry, ManyThreads) {
  constexpr int threads = 4, requests = 100;
  std::atomic<int> asked = 0, left = threads * requests;
  std::atomic<std::int64_t> spent = 0;
  std::promise<void> all;
  auto loop = std::make_unique<HttpLoop>(std::stop_token());
  const auto retry = make_retry(std::make_unique<FakeBackend>([&](const Request&) {
                                  return ++asked % 3 == 0 ? bad_reply(ErrorClass::transient) : good_reply();
                                }),
                                {.attempts = 1000, .base = 1ms, .cap = 2ms}, *loop);
  {
    std::vector<std::jthread> askers;
    for (int t = 0; t < threads; ++t) {
      askers.emplace_back([&] {
        for (int i = 0; i < requests; ++i) {
          retry->submit(prompt_request(), [&](const Reply& reply) {
            spent += reply.spent.total().calls;
            if (--left == 0) all.set_value();
          });
        }
      });
    }
  }
  all.get_future().wait();
  EXPECT_EQ(spent, asked);
  loop.reset();
}

class Reask : public testing::Test {
 protected:
  void ask(Request request, ReaskOptions options = {}) {
    backend_ = make_reask(std::make_unique<HeldBackend>(calls_), options, timer_);
    backend_->submit(std::move(request), outcome_.done());
  }
  const Prompt& prompt() const { return std::get<Prompt>(calls_.request().question); }

  FakeTimer timer_;
  HeldCalls calls_;
  CallOutcome outcome_;
  std::unique_ptr<Backend> backend_;
};

TEST_F(Reask, SaysWhatWasWrong) {
  ask(prompt_request());
  EXPECT_EQ(prompt().diagnostic, "");
  calls_.answer(bad_reply(ErrorClass::content, "/total: is no number"));
  EXPECT_EQ(prompt().diagnostic, "/total: is no number");
  EXPECT_EQ(prompt().most_output_tokens, 100);
  calls_.answer(good_reply());
  EXPECT_TRUE(outcome_.reply->answer);
  EXPECT_EQ(outcome_.reply->spent.total().output_tokens, 2);
}

TEST_F(Reask, ABadAnswerThatProvesNothingIsNotTheDocumentsFault) {
  for (const char* message : {"empty", "no JSON", "cut off"}) {
    for (const bool is_proven : {true, false}) {
      outcome_ = {};
      ask(prompt_request());
      Reply bad = bad_reply(ErrorClass::content, message);
      bad.unproven = true;
      calls_.answer(bad);
      EXPECT_EQ(prompt().diagnostic, message);
      bad.unproven = !is_proven;
      calls_.answer(bad);
      EXPECT_EQ(outcome_.error().error_class, is_proven ? ErrorClass::content : ErrorClass::transient);
      EXPECT_TRUE(outcome_.error().message.starts_with(message + std::string(" (2 answers)")));
    }
  }
}

TEST_F(Reask, GivesMoreRoomToWhatWasCutOff) {
  ask(prompt_request());
  Reply cut_off = bad_reply(ErrorClass::content, "the answer was cut off");
  cut_off.cut_off = true;
  calls_.answer(cut_off);
  EXPECT_EQ(prompt().most_output_tokens, 200);
}

TEST_F(Reask, OnceOnly) {
  ask(prompt_request());
  calls_.answer(bad_reply(ErrorClass::content, "first"));
  calls_.answer(bad_reply(ErrorClass::content, "second"));
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::content, "second (2 answers)"}));
  EXPECT_EQ(calls_.seen(), 2);
  EXPECT_EQ(outcome_.reply->spent.total().calls, 2);
}

TEST_F(Reask, NeverIfToldSo) {
  ask(prompt_request(), {.times = 0});
  calls_.answer(bad_reply(ErrorClass::content, "first"));
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::content, "first"}));
}

TEST_F(Reask, OtherErrorsArePassedOn) {
  ask(prompt_request());
  calls_.answer(bad_reply(ErrorClass::too_long));
  EXPECT_EQ(outcome_.error().error_class, ErrorClass::too_long);
}

TEST_F(Reask, NotAfterTheDeadline) {
  Request request = prompt_request();
  request.deadline = timer_.now() + 1s;
  ask(std::move(request));
  timer_.advance(1s);
  calls_.answer(bad_reply(ErrorClass::content));
  EXPECT_EQ(outcome_.error().error_class, ErrorClass::content);
}

TEST_F(Reask, TheWaitInAQueueCountsAgainstNoDeadline) {
  ask(prompt_request(), {.call = 3s});
  timer_.advance(60s);
  Reply reply = bad_reply(ErrorClass::content);
  reply.queued = 60s;
  calls_.answer(reply);
  EXPECT_EQ(calls_.request().deadline, timer_.now() + 3s);
  calls_.answer(reply);
  EXPECT_EQ(outcome_.reply->queued, 120s);
}

TEST_F(Reask, AStopIsNoFailureOfWhatWouldHaveBeenAskedAgain) {
  ask(prompt_request());
  timer_.stop();
  calls_.answer(bad_reply(ErrorClass::content));
  EXPECT_EQ(outcome_.error().error_class, ErrorClass::cancelled);
  EXPECT_EQ(outcome_.reply->spent.total().calls, 1);
  ask(prompt_request(), {.times = 0});
  outcome_ = {};
  calls_.answer(bad_reply(ErrorClass::content));
  EXPECT_EQ(outcome_.error().error_class, ErrorClass::content) << "it had all its tries";
}

TEST_F(Reask, QuestionsThatAreNoPromptsArePassedOn) {
  ask({"local", ClassifyQuestion{}});
  calls_.answer(bad_reply(ErrorClass::content));
  EXPECT_EQ(outcome_.error().error_class, ErrorClass::content);
}

}  // namespace
}  // namespace docket::backends
