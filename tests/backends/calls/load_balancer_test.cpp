#include "backends/calls/load_balancer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "backends/http/http.h"
#include "tests/fakes.h"
#include "tests/held_backend.h"

namespace docket::backends {
namespace {

using namespace std::chrono_literals;
using Documents = std::vector<std::string>;

class LoadBalancer : public testing::Test {
 protected:
  void make(std::size_t count) {
    std::vector<std::unique_ptr<Backend>> backends;
    for (std::size_t i = 0; i < count; ++i)
      backends.push_back(std::make_unique<HeldBackend>(calls_[i]));
    addresses_ = make_load_balancer(std::move(backends), {.name = "backend 'local'"}, timer_);
  }
  CallOutcome& ask(Request request) {
    CallOutcome& outcome = outcomes_.emplace_back();
    addresses_->submit(std::move(request), outcome.done());
    return outcome;
  }
  CallOutcome& ask(const std::string& document) { return ask(prompt_request(document)); }
  CallOutcome& ask_first(const std::string& document) {
    Request request = prompt_request(document);
    request.asked_by.more_to_come = true;
    return ask(std::move(request));
  }

  FakeTimer timer_;
  HeldCalls calls_[3];
  std::deque<CallOutcome> outcomes_;
  std::unique_ptr<Backend> addresses_;
};

TEST_F(LoadBalancer, TheLeastBusyIsAsked) {
  make(3);
  for (const char* document : {"a", "b", "c", "d"})
    ask(document);
  EXPECT_EQ(calls_[0].waiting(), (Documents{"a", "d"}));
  EXPECT_EQ(calls_[1].waiting(), Documents{"b"});
  calls_[1].answer(good_reply());
  ask("e");
  EXPECT_EQ(calls_[1].waiting(), Documents{"e"});
}

TEST_F(LoadBalancer, ADocumentStaysWhereItIsKnown) {
  make(2);
  ask("x");
  ask_first("a");
  EXPECT_EQ(calls_[1].waiting(), Documents{"a"});
  calls_[1].answer(good_reply());
  calls_[0].answer(good_reply());
  ask("a");
  EXPECT_EQ(calls_[1].waiting(), Documents{"a"});
  ask("a");  // Was the last: it is forgotten.
  EXPECT_EQ(calls_[0].waiting(), Documents{"a"});
}

TEST_F(LoadBalancer, ButNotWhenThatIsMuchBusier) {
  make(2);
  ask_first("a");
  calls_[0].answer(good_reply());
  ask_first("b");
  calls_[0].answer(good_reply());
  for (const char* document : {"a", "b", "c", "d", "e", "f"})
    ask_first(document);
  EXPECT_EQ(calls_[0].waiting().size() + calls_[1].waiting().size(), 6U);
  EXPECT_LE(calls_[0].waiting().size(), 4U);
}

TEST_F(LoadBalancer, OneThatGivesNoReplyRests) {
  make(2);
  ask("a");
  calls_[0].answer(bad_reply(ErrorClass::transport));
  ask("b");
  ask("c");
  EXPECT_EQ(calls_[1].waiting(), (Documents{"b", "c"}));
  timer_.advance(1s);
  ask("d");
  ask("e");  // "d" is on trial: no second one before that is over.
  EXPECT_EQ(calls_[0].waiting(), Documents{"d"});
  EXPECT_EQ(calls_[1].waiting(), (Documents{"b", "c", "e"}));
  calls_[0].answer(good_reply());
  ask("f");
  EXPECT_EQ(calls_[0].waiting(), Documents{"f"});
}

TEST_F(LoadBalancer, AnErrorThatIsAReplyIsNoReasonToRest) {
  make(2);
  ask("a");
  calls_[0].answer(bad_reply(ErrorClass::content));
  ask("b");
  EXPECT_EQ(calls_[0].waiting(), Documents{"b"});
}

TEST_F(LoadBalancer, WhenAllRestTheFirstIsWaitedFor) {
  make(2);
  ask("a");
  ask("b");
  calls_[0].answer(bad_reply(ErrorClass::transport));
  timer_.advance(300ms);
  calls_[1].answer(bad_reply(ErrorClass::transport));
  ask("c");
  ask("d");
  EXPECT_EQ(timer_.next(), 700ms);
  timer_.advance(700ms);
  EXPECT_EQ(calls_[0].waiting(), Documents{"c"});
  EXPECT_EQ(calls_[1].waiting(), Documents{});
  calls_[0].answer(good_reply());
  EXPECT_EQ(calls_[0].waiting(), Documents{"d"});
}

TEST_F(LoadBalancer, WhenTheTrialFailsThoseThatWaitEndToo) {
  make(1);
  ask("a");
  calls_[0].answer(bad_reply(ErrorClass::transport, "cannot connect"));
  ask("b");
  const CallOutcome& waits = ask("c");
  timer_.advance(1s);
  EXPECT_EQ(calls_[0].waiting(), Documents{"b"});
  calls_[0].answer(bad_reply(ErrorClass::transport, "cannot connect"));
  EXPECT_EQ(waits.error(), (Error{ErrorClass::transport, "cannot connect"}));
  EXPECT_EQ(waits.reply->spent.total().calls, 0);
  const CallOutcome& next = ask("d");
  timer_.advance(1999ms);
  EXPECT_FALSE(next.reply);
  EXPECT_EQ(calls_[0].waiting(), Documents{});
  timer_.advance(1ms);
  EXPECT_EQ(calls_[0].waiting(), Documents{"d"});
}

TEST_F(LoadBalancer, CallsThatWereSentBeforeDoNotDecideTheTrial) {
  make(1);
  ask("a");
  ask("b");
  calls_[0].answer("a", bad_reply(ErrorClass::transport));
  const CallOutcome& waits = ask("c");
  calls_[0].answer("b", bad_reply(ErrorClass::transport));
  EXPECT_FALSE(waits.reply);
  timer_.advance(1s);
  EXPECT_EQ(calls_[0].waiting(), Documents{"c"});
}

TEST_F(LoadBalancer, WhatWaitsBeyondItsDeadlineEnds) {
  make(1);
  ask("a");
  calls_[0].answer(bad_reply(ErrorClass::transport));
  Request late = prompt_request("late");
  late.deadline = timer_.now() + 500ms;
  const CallOutcome& outcome = ask(std::move(late));
  timer_.advance(500ms);
  EXPECT_EQ(outcome.error(), (Error{ErrorClass::transport,
                                    "backend 'local' could not be reached until the document's deadline"}));
}

TEST_F(LoadBalancer, AStopEndsWhatWaits) {
  make(1);
  ask("a");
  calls_[0].answer(bad_reply(ErrorClass::transport));
  const CallOutcome& outcome = ask("b");
  timer_.stop();
  EXPECT_EQ(outcome.error(), (Error{ErrorClass::cancelled, "the run was stopped"}));
}

TEST_F(LoadBalancer, ManyThreads) {
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
      make_load_balancer(std::move(backends), {.name = "b", .rest = 1ms, .longest_rest = 2ms}, *loop);
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
