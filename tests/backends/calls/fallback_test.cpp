#include "backends/calls/fallback.h"

#include <gtest/gtest.h>

#include "tests/held_backend.h"

namespace docket::backends {
namespace {

class Fallback : public testing::Test {
 protected:
  void ask() { backend_->submit(prompt_request(), outcome_.done()); }
  static Reply too_long(std::int64_t tokens) {
    Reply reply = bad_reply(ErrorClass::too_long, "local: too long");
    reply.excess = Excess{tokens, 8000};
    return reply;
  }

  HeldCalls first_, second_;
  std::optional<std::int64_t> window_;
  HeldBackend other_{second_};
  std::unique_ptr<Backend> backend_ = make_fallback(std::make_unique<HeldBackend>(first_), other_,
                                                    {.name = "large", .window = [this] { return window_; }});
  CallOutcome outcome_;
};

TEST_F(Fallback, AGoodAnswerIsPassedOn) {
  ask();
  first_.answer(good_reply());
  EXPECT_TRUE(outcome_.reply->answer);
  EXPECT_EQ(second_.seen(), 0);
}

TEST_F(Fallback, AsksTheSecondWhenTheFirstIsOfNoUse) {
  for (const ErrorClass error : {ErrorClass::unavailable, ErrorClass::transport, ErrorClass::transient,
                                 ErrorClass::too_long, ErrorClass::content}) {
    outcome_ = {};
    ask();
    first_.answer(bad_reply(error));
    EXPECT_EQ(second_.request().backend, "large");
    Reply reply = good_reply();
    reply.spent = {};
    reply.spent.add({"large", "l", {.calls = 1, .input_tokens = 12}});
    second_.answer(reply);
    EXPECT_TRUE(outcome_.reply->answer);
    ASSERT_EQ(outcome_.reply->spent.by_model().size(), 2U);
    EXPECT_EQ(outcome_.reply->spent.by_model()[0].backend, "local");
    EXPECT_EQ(outcome_.reply->spent.by_model()[1].usage.input_tokens, 12);
  }
}

TEST_F(Fallback, ARefusalOrAStopIsPassedOn) {
  for (const ErrorClass error : {ErrorClass::rejected, ErrorClass::cancelled, ErrorClass::bug}) {
    outcome_ = {};
    ask();
    first_.answer(bad_reply(error));
    EXPECT_EQ(outcome_.error().error_class, error);
  }
  EXPECT_EQ(second_.seen(), 0);
}

TEST_F(Fallback, BothReasonsAreTold) {
  ask();
  first_.answer(bad_reply(ErrorClass::transport, "local: cannot connect"));
  second_.answer(bad_reply(ErrorClass::content, "large: no JSON"));
  EXPECT_EQ(outcome_.error(),
            (Error{ErrorClass::transport, "local: cannot connect; then its fallback: large: no JSON"}));
  outcome_ = {};
  ask();
  first_.answer(bad_reply(ErrorClass::unavailable, "local: no such model"));
  second_.answer(bad_reply(ErrorClass::content, "large: no JSON"));
  EXPECT_EQ(outcome_.error().error_class, ErrorClass::unavailable);
}

TEST_F(Fallback, ACancelledSecondIsCancelled) {
  ask();
  first_.answer(bad_reply(ErrorClass::transport));
  second_.answer(bad_reply(ErrorClass::cancelled, "the run was stopped"));
  EXPECT_EQ(outcome_.error(), (Error{ErrorClass::cancelled, "the run was stopped"}));
}

TEST_F(Fallback, WhatTheSecondCannotHoldIsNotSent) {
  window_ = 10'000;
  ask();
  first_.answer(too_long(9'901));
  EXPECT_EQ(outcome_.error(),
            (Error{ErrorClass::too_long,
                   "local: too long; the window of its fallback 'large' is also too small: 10000 tokens"}));
  EXPECT_EQ(second_.seen(), 0);
  outcome_ = {};
  ask();
  first_.answer(too_long(9'900));
  second_.answer(good_reply());
  EXPECT_TRUE(outcome_.reply->answer);
}

TEST_F(Fallback, AWindowThatIsNotKnownIsTried) {
  ask();
  first_.answer(too_long(1'000'000));
  EXPECT_EQ(second_.seen(), 1);
}

TEST_F(Fallback, ChainsHaveAnyLength) {
  HeldCalls third;
  HeldBackend last(third);
  const auto middle = make_fallback(std::make_unique<HeldBackend>(second_), last, {.name = "cloud"});
  const auto chain = make_fallback(std::make_unique<HeldBackend>(first_), *middle, {.name = "large"});
  chain->submit(prompt_request(), outcome_.done());
  first_.answer(bad_reply(ErrorClass::transport, "one"));
  second_.answer(bad_reply(ErrorClass::transport, "two"));
  EXPECT_EQ(third.request().backend, "cloud");
  third.answer(bad_reply(ErrorClass::transient, "three"));
  EXPECT_EQ(outcome_.error(),
            (Error{ErrorClass::transport, "one; then its fallback: two; then its fallback: three"}));
  EXPECT_EQ(outcome_.reply->spent.total().calls, 3);
}

TEST_F(Fallback, TheWaitForTheFirstCountsAgainstNoDeadlineOfTheSecond) {
  Request request = prompt_request();
  const auto deadline = request.deadline = std::chrono::steady_clock::time_point(std::chrono::hours(1));
  backend_->submit(std::move(request), outcome_.done());
  Reply reply = bad_reply(ErrorClass::transport);
  reply.queued = std::chrono::seconds(40);
  first_.answer(reply);
  EXPECT_EQ(second_.request().deadline, deadline + std::chrono::seconds(40));
  reply = good_reply();
  reply.queued = std::chrono::seconds(2);
  second_.answer(reply);
  EXPECT_EQ(outcome_.reply->queued, std::chrono::seconds(42));
}

}  // namespace
}  // namespace docket::backends
