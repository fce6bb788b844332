#include "backends/calls/circuit_breaker.h"

#include <gtest/gtest.h>

#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;

class CircuitBreaker : public testing::Test {
 protected:
  CallOutcome& ask(const std::string& document = "") {
    CallOutcome& outcome = outcomes_.emplace_back();
    circuit_breaker_->submit(prompt_request(document), outcome.done());
    return outcome;
  }
  void ask_and_fail(int times, ErrorClass error = ErrorClass::transport) {
    for (int i = 0; i < times; ++i) {
      ask();
      calls_.answer(bad_reply(error, "cannot connect"));
    }
  }

  FakeTimer timer_;
  HeldCalls calls_;
  std::deque<CallOutcome> outcomes_;
  std::unique_ptr<Backend> circuit_breaker_ = make_circuit_breaker(
      std::make_unique<HeldBackend>(calls_), {.name = "backend 'local'", .failures = 3}, timer_);
  const Error open_{ErrorClass::unavailable,
                    "backend 'local' gave no answer to 3 calls in a row; the last: cannot connect"};
};

TEST_F(CircuitBreaker, WhatCannotBeUsedIsNotAskedTwice) {
  ask_and_fail(1, ErrorClass::unavailable);
  timer_.advance(24h);
  const CallOutcome& next = ask();
  EXPECT_EQ(next.error(), (Error{ErrorClass::unavailable, "cannot connect"}));
  EXPECT_EQ(next.reply->spent.total().calls, 0);
  EXPECT_EQ(calls_.seen(), 1);
}

TEST_F(CircuitBreaker, AnswersUnderWayArePassedOn) {
  CallOutcome& good = ask();
  ask();
  HeldCalls& calls = calls_;
  calls.answer(bad_reply(ErrorClass::unavailable));
  EXPECT_EQ(good.error().error_class, ErrorClass::unavailable);
  calls.answer(good_reply());
  EXPECT_TRUE(outcomes_[1].reply->answer);
  EXPECT_EQ(ask().error().error_class, ErrorClass::unavailable);  // For good all the same.
}

TEST_F(CircuitBreaker, OpensAfterFailuresInARow) {
  ask_and_fail(2);
  ask();
  calls_.answer(good_reply());
  ask_and_fail(1);
  ask_and_fail(1, ErrorClass::transient);
  ask_and_fail(1, ErrorClass::cancelled);  // Neither an answer nor none.
  EXPECT_EQ(calls_.seen(), 6);
  ask_and_fail(1);
  EXPECT_EQ(ask().error(), open_);
  EXPECT_EQ(calls_.seen(), 7);
}

TEST_F(CircuitBreaker, ThenOneRequestDecides) {
  ask_and_fail(3);
  timer_.advance(30s);
  CallOutcome& trial = ask();
  EXPECT_FALSE(trial.reply);
  EXPECT_EQ(ask().error(), open_);
  calls_.answer(bad_reply(ErrorClass::transport, "cannot connect"));
  EXPECT_EQ(ask().error().error_class, ErrorClass::unavailable);
  timer_.advance(30s);
  ask();
  calls_.answer(bad_reply(ErrorClass::content));  // An answer, if not a good one.
  EXPECT_FALSE(ask().reply);
  EXPECT_FALSE(ask().reply);
}

TEST_F(CircuitBreaker, AServerThatIsNotThereIsUnavailableUntilATrialFindsIt) {
  const Error gone{ErrorClass::unavailable, "cannot connect"};
  CallOutcome& first = ask();
  calls_.answer(bad_reply(ErrorClass::unreachable, "cannot connect"));
  EXPECT_EQ(first.error(), gone);
  EXPECT_EQ(ask().error(), gone);
  EXPECT_EQ(calls_.seen(), 1);
  timer_.advance(30s);
  ask();
  EXPECT_EQ(ask().error(), gone);
  calls_.answer(good_reply());
  EXPECT_FALSE(ask().reply);
}

TEST_F(CircuitBreaker, ACancelledTrialDecidesNothing) {
  ask_and_fail(3);
  timer_.advance(30s);
  ask();
  calls_.answer(bad_reply(ErrorClass::cancelled));
  EXPECT_FALSE(ask().reply);
  EXPECT_EQ(ask().error(), open_);
}

TEST_F(CircuitBreaker, WhenNoDocumentHasAnAnswerTheServerIsOut) {
  for (const ErrorClass error : {ErrorClass::transport, ErrorClass::transient}) {
    circuit_breaker_ = make_circuit_breaker(std::make_unique<HeldBackend>(calls_), {}, timer_);
    std::vector<ErrorClass> told;
    for (const char* document : {"a", "a", "b", "a", "c"}) {
      const CallOutcome& outcome = ask(document);
      calls_.answer(bad_reply(error, "no reply"));
      told.push_back(outcome.error().error_class);
      EXPECT_EQ(outcome.error().message, "no reply");
    }
    const ErrorClass out = ErrorClass::unavailable;
    EXPECT_EQ(told, (std::vector{error, error, out, error, out}));
  }
}

TEST_F(CircuitBreaker, AModelThatMakesNoSenseIsOutFromTheFirstDocumentOn) {
  Reply bad = bad_reply(ErrorClass::transient, "no JSON");
  bad.unproven = bad.makes_no_sense = true;
  for (const char* document : {"a", "b", "c"}) {
    const CallOutcome& outcome = ask(document);
    calls_.answer(bad);
    EXPECT_EQ(outcome.error(), (Error{ErrorClass::unavailable, "no JSON"}));
  }
  EXPECT_EQ(ask("d").error(),
            (Error{ErrorClass::unavailable,
                   "backend 'local' gave no valid answer to 3 calls in a row; the last: no JSON"}));
}

TEST_F(CircuitBreaker, AModelThatMakesNoSenseAnyMoreIsOutOnceItIsLeftAlone) {
  ask("good");
  calls_.answer(good_reply());
  Reply bad = bad_reply(ErrorClass::transient, "no JSON");
  bad.unproven = bad.makes_no_sense = true;
  std::vector<ErrorClass> told;
  for (const char* document : {"a", "b", "c"}) {
    const CallOutcome& outcome = ask(document);
    calls_.answer(bad);
    told.push_back(outcome.error().error_class);
  }
  told.push_back(ask("d").error().error_class);
  EXPECT_EQ(told, (std::vector{ErrorClass::transient, ErrorClass::transient, ErrorClass::unavailable,
                               ErrorClass::unavailable}));
}

TEST_F(CircuitBreaker, ADocumentThatIsTooMuchForAServerFailsBesideOthers) {
  for (const Reply& answer :
       {good_reply(), bad_reply(ErrorClass::content), bad_reply(ErrorClass::too_long)}) {
    circuit_breaker_ = make_circuit_breaker(std::make_unique<HeldBackend>(calls_), {}, timer_);
    ask("good");
    calls_.answer(answer);
    for (const char* document : {"a", "b"}) {
      const CallOutcome& outcome = ask(document);
      calls_.answer(bad_reply(ErrorClass::transport, "no reply"));
      EXPECT_EQ(outcome.error(), (Error{ErrorClass::transport, "no reply"}));
    }
  }
}

}  // namespace
}  // namespace docket::backends
