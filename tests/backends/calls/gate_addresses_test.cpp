// One gate before several addresses of the same model.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "backends/calls/gate.h"
#include "backends/calls/retry.h"
#include "backends/http/http.h"
#include "tests/fakes.h"
#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;
using Documents = std::vector<std::string>;

class GateAddresses : public testing::Test {
 protected:
  void make(std::size_t count, const GateOptions& options = {}) {
    std::vector<std::unique_ptr<Backend>> backends;
    for (std::size_t i = 0; i < count; ++i)
      backends.push_back(std::make_unique<HeldBackend>(calls_[i]));
    gate_ = make_gate(std::move(backends), options, timer_);
  }
  CallOutcome& ask(Request request) {
    CallOutcome& outcome = outcomes_.emplace_back();
    gate_->submit(std::move(request), outcome.done());
    return outcome;
  }
  CallOutcome& ask(const std::string& document) { return ask(prompt_request(document)); }
  CallOutcome& ask_first(const std::string& document) {
    Request request = prompt_request(document);
    request.asked_by.more_to_come = true;
    return ask(std::move(request));
  }
  static Reply without_tokens(ErrorClass error) {
    Reply reply{.answer = Error{error, "a page"}};
    reply.spent.add({"local", "m", {.calls = 1}});
    return reply;
  }

  FakeTimer timer_;
  HeldCalls calls_[3];
  std::deque<CallOutcome> outcomes_;
  std::unique_ptr<Backend> gate_;
};

TEST_F(GateAddresses, TheLeastBusyIsAsked) {
  make(3);
  for (const char* document : {"a", "b", "c", "d"})
    ask(document);
  EXPECT_EQ(calls_[0].waiting(), (Documents{"a", "d"}));
  EXPECT_EQ(calls_[1].waiting(), Documents{"b"});
  calls_[1].answer(good_reply());
  ask("e");
  EXPECT_EQ(calls_[1].waiting(), Documents{"e"});
}

TEST_F(GateAddresses, WhoeverWaitsTakesTheFirstPlaceThatIsFreeAnywhere) {
  make(2, {.width = 1});
  for (const char* document : {"a", "b", "c", "d"})
    ask(document);
  calls_[1].answer(good_reply());
  EXPECT_EQ(calls_[1].waiting(), Documents{"c"});
  calls_[1].answer(good_reply());
  EXPECT_EQ(calls_[1].waiting(), Documents{"d"});
  EXPECT_EQ(calls_[0].waiting(), Documents{"a"});
}

TEST_F(GateAddresses, ADocumentStaysWhereItIsKnown) {
  make(2);
  ask("x");
  ask_first("a");
  EXPECT_EQ(calls_[1].waiting(), Documents{"a"});
  calls_[1].answer(good_reply());
  calls_[0].answer(good_reply());
  timer_.advance(1s);  // Longer than its seat is kept.
  ask("a");
  EXPECT_EQ(calls_[1].waiting(), Documents{"a"});
  ask("a");  // Was the last: it is forgotten.
  EXPECT_EQ(calls_[0].waiting(), Documents{"a"});
}

TEST_F(GateAddresses, ButNotWhenThereIsNoRoom) {
  make(2, {.width = 1});
  ask_first("a");
  calls_[0].answer(good_reply());
  timer_.advance(1s);
  ask("b");
  ask("a");
  EXPECT_EQ(calls_[1].waiting(), Documents{"a"});
}

TEST_F(GateAddresses, ACallThatFailsAtOneIsSentToAnother) {
  for (const ErrorClass error : {ErrorClass::unreachable, ErrorClass::transport, ErrorClass::transient,
                                 ErrorClass::unavailable, ErrorClass::content, ErrorClass::rejected}) {
    SCOPED_TRACE(name(error));
    make(2);
    CallOutcome& outcome = ask("a");
    calls_[0].answer(without_tokens(error));
    ASSERT_EQ(calls_[1].waiting(), Documents{"a"});
    calls_[1].answer(good_reply());
    EXPECT_TRUE(outcome.reply->answer);
    EXPECT_EQ(outcome.reply->spent.total().calls, 2);
    ask("b");  // The failing one rests.
    EXPECT_EQ(calls_[1].waiting(), Documents{"b"});
    calls_[1].answer(good_reply());
  }
}

TEST_F(GateAddresses, WhatAModelSaysIsNotAskedElsewhere) {
  make(2);
  for (const Reply& reply :
       {bad_reply(ErrorClass::content), bad_reply(ErrorClass::rejected), without_tokens(ErrorClass::too_long),
        without_tokens(ErrorClass::cancelled), without_tokens(ErrorClass::withheld)}) {
    const CallOutcome& outcome = ask("a");
    calls_[0].answer(reply);
    EXPECT_EQ(outcome.error(), reply.answer.error());
  }
  EXPECT_EQ(calls_[1].seen(), 0);
}

TEST_F(GateAddresses, AllAreTriedBeforeACallFails) {
  make(3);
  const CallOutcome& outcome = ask("a");
  calls_[0].answer(without_tokens(ErrorClass::transient));
  calls_[1].answer(without_tokens(ErrorClass::unavailable));
  EXPECT_FALSE(outcome.reply);
  calls_[2].answer(bad_reply(ErrorClass::unavailable, "no key"));
  EXPECT_EQ(outcome.error(), (Error{ErrorClass::transient, "a page"})) << "the first may be well again soon";
  EXPECT_EQ(outcome.reply->spent.total().calls, 3);
}

TEST_F(GateAddresses, OnlyWhenAllAreOfNoUseTheBackendIs) {
  make(2);
  const CallOutcome& none = ask("a");
  calls_[0].answer(bad_reply(ErrorClass::unavailable, "wrong path"));
  calls_[1].answer(bad_reply(ErrorClass::unavailable, "no key"));
  EXPECT_EQ(none.error(), (Error{ErrorClass::unavailable, "no key"}));

  make(2);
  ask("b");
  ask("c");
  calls_[1].answer("c", bad_reply(ErrorClass::transport));  // Rests; "c" goes to the other.
  calls_[0].answer("b", bad_reply(ErrorClass::unavailable, "wrong path"));
  EXPECT_EQ(outcomes_[1].error(), (Error{ErrorClass::transient, "wrong path"}));
}

TEST_F(GateAddresses, OneThatHangsTakesNoTimeFromTheOther) {
  make(2);
  Request request = prompt_request("a");
  request.deadline = timer_.now() + 8s;
  const CallOutcome& outcome = ask(std::move(request));
  timer_.advance(8s);
  calls_[0].answer(bad_reply(ErrorClass::transport, "no reply"));
  EXPECT_EQ(calls_[1].request().deadline, timer_.now() + 8s);
  calls_[1].answer(good_reply());
  EXPECT_EQ(outcome.reply->queued, 8s);
}

TEST_F(GateAddresses, ThePauseOfOneDoesNotStopTheOther) {
  make(2, {.width = 1});
  for (const char* document : {"a", "b", "c", "d"})
    ask(document);
  Reply overloaded = bad_reply(ErrorClass::transient);
  overloaded.overloaded = true;
  overloaded.retry_after = 60s;
  calls_[0].answer(overloaded);
  for (const char* document : {"b", "a", "c", "d"}) {  // What was sent before goes before what waits.
    EXPECT_EQ(calls_[1].waiting(), Documents{document});
    calls_[1].answer(good_reply());
  }
  EXPECT_EQ(calls_[0].seen(), 1);
}

TEST_F(GateAddresses, OneThatRestedIsTriedWithOneCallAtATime) {
  make(2);
  ask("a");
  calls_[0].answer(bad_reply(ErrorClass::transport));
  ask("b");
  EXPECT_EQ(calls_[1].waiting(), (Documents{"a", "b"}));
  timer_.advance(1s);
  ask("c");
  ask("d");  // "c" is on trial: no second one before that is over.
  EXPECT_EQ(calls_[0].waiting(), Documents{"c"});
  EXPECT_EQ(calls_[1].waiting(), (Documents{"a", "b", "d"}));
  calls_[0].answer(good_reply());
  ask("e");
  EXPECT_EQ(calls_[0].waiting(), Documents{"e"});
}

TEST_F(GateAddresses, WhenAllRestTheFirstIsWaitedFor) {
  make(2, {.width = 1});
  ask("a");
  ask("b");
  calls_[0].answer(bad_reply(ErrorClass::transport));
  timer_.advance(300ms);
  calls_[1].answer("b", bad_reply(ErrorClass::transport));
  EXPECT_EQ(outcomes_[1].error().error_class, ErrorClass::transport) << "nobody else is there";
  ask("c");
  timer_.advance(699ms);
  EXPECT_EQ(calls_[0].waiting(), Documents{});
  timer_.advance(1ms);
  EXPECT_EQ(calls_[0].waiting(), Documents{"c"});
  calls_[0].answer(good_reply());
  EXPECT_TRUE(outcomes_[2].reply->answer);
}

TEST_F(GateAddresses, WhenNobodyIsThereThoseThatWaitEnd) {
  make(2, {.width = 1});
  for (const char* document : {"a", "b", "c"})
    ask(document);
  calls_[0].answer(bad_reply(ErrorClass::unreachable, "cannot connect"));
  EXPECT_FALSE(outcomes_[2].reply);
  calls_[1].answer("b", bad_reply(ErrorClass::unreachable, "cannot connect"));
  EXPECT_EQ(outcomes_[2].error(), (Error{ErrorClass::unreachable, "cannot connect"}));
  EXPECT_EQ(outcomes_[2].reply->spent.total().calls, 0);
}

TEST_F(GateAddresses, ADocumentThatNoServerCanTakeStopsNotAllOfThem) {
  make(2);
  const CallOutcome& outcome = ask("bad");
  calls_[0].answer(bad_reply(ErrorClass::transient, "500"));
  calls_[1].answer(bad_reply(ErrorClass::transient, "500"));
  EXPECT_EQ(outcome.error().message, "500");
  ask("good");
  EXPECT_EQ(calls_[1].waiting(), Documents{"good"});
}

TEST_F(GateAddresses, TwoThatFailByTurnsFailNoDocument) {
  make(2);
  const auto calls = make_retry(std::move(gate_), {.random = [] { return 0.5; }}, timer_);
  for (int i = 0; i < 20; ++i) {
    CallOutcome& outcome = outcomes_.emplace_back();
    calls->submit(prompt_request("d"), outcome.done());
    for (int turn = i; !outcome.reply; ++turn) {
      HeldCalls& asked = calls_[0].waiting().empty() ? calls_[1] : calls_[0];
      if (asked.waiting().empty()) {
        timer_.advance(*timer_.next());
      } else {
        asked.answer(turn % 3 == 0 ? good_reply() : bad_reply(ErrorClass::transient));
      }
    }
    EXPECT_TRUE(outcome.reply->answer);
  }
}

TEST_F(GateAddresses, AStopEndsWhatWaitsAndTriesNothingElse) {
  make(2, {.width = 1});
  for (const char* document : {"a", "b", "c"})
    ask(document);
  timer_.stop();
  calls_[0].answer(bad_reply(ErrorClass::transport, "broke"));
  EXPECT_EQ(outcomes_[0].error(), (Error{ErrorClass::transport, "broke"}));
  EXPECT_EQ(outcomes_[2].error(), (Error{ErrorClass::cancelled, "the run was stopped"}));
  calls_[1].answer(good_reply());
  EXPECT_TRUE(outcomes_[1].reply->answer) << "what was sent may end";
}

TEST_F(GateAddresses, ManyThreads) {
  constexpr int threads = 4, requests = 200;
  std::atomic<int> asked = 0, left = threads * requests;
  std::promise<void> all;
  auto loop = std::make_unique<HttpLoop>(std::stop_token());
  std::vector<std::unique_ptr<Backend>> backends;
  for (int i = 0; i < 3; ++i) {
    backends.push_back(std::make_unique<FakeBackend>(
        [&](const Request&) { return ++asked % 17 == 0 ? bad_reply(ErrorClass::transport) : good_reply(); }));
  }
  const auto addresses =
      make_gate(std::move(backends), {.seat = 1ms, .pause = 1ms, .longest_pause = 2ms}, *loop);
  {
    std::vector<std::jthread> askers;
    for (int t = 0; t < threads; ++t) {
      askers.emplace_back([&, t] {
        for (int i = 0; i < requests; ++i) {
          Request request = prompt_request(std::to_string(t) + "." + std::to_string(i / 2));
          request.asked_by.more_to_come = i % 2 == 0;
          addresses->submit(std::move(request), [&](const Reply&) {
            if (--left == 0) all.set_value();
          });
        }
      });
    }
  }
  all.get_future().wait();
  loop.reset();
}

}  // namespace
}  // namespace docket::backends
