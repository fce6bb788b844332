#include "backends/calls/gate.h"

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

class Gate : public testing::Test {
 protected:
  void make(std::size_t width) { make({.width = width}); }
  void make(const GateOptions& options) {
    gate_ = gate_to(std::make_unique<HeldBackend>(calls_), options, timer_);
  }
  static std::unique_ptr<Backend> gate_to(std::unique_ptr<Backend> server, const GateOptions& options,
                                          Timer& timer) {
    std::vector<std::unique_ptr<Backend>> addresses;
    addresses.push_back(std::move(server));
    return make_gate(std::move(addresses), options, timer);
  }
  CallOutcome& ask(Request request) {
    CallOutcome& outcome = outcomes_.emplace_back();
    gate_->submit(std::move(request), outcome.done());
    return outcome;
  }
  void ask_many(int count) {
    for (int i = 0; i < count; ++i)
      ask(prompt_request("d" + std::to_string(i)));
  }
  static Request with_more_to_come(Request request) {
    request.asked_by.more_to_come = true;
    return request;
  }

  FakeTimer timer_;
  HeldCalls calls_;
  std::deque<CallOutcome> outcomes_;
  std::unique_ptr<Backend> gate_;
};

TEST_F(Gate, LetsSoManyThroughAtATime) {
  make(2);
  ask_many(4);
  EXPECT_EQ(calls_.waiting(), (Documents{"d0", "d1"}));
  calls_.answer("d1", good_reply());
  EXPECT_EQ(calls_.waiting(), (Documents{"d0", "d2"}));
  EXPECT_TRUE(outcomes_[1].reply->answer);
}

TEST_F(Gate, FindsOutHowManyCallsAnAddressWorksOn) {
  std::vector<std::function<void(std::size_t)>> asked;
  make({.width = 4, .find_width = [&](std::size_t, auto found) { asked.push_back(std::move(found)); }});
  EXPECT_TRUE(asked.empty()) << "nothing is to be sent yet";
  ask_many(9);
  EXPECT_EQ(calls_.waiting(), Documents{"d0"}) << "one until it is known";
  ASSERT_EQ(asked.size(), 1U);
  asked.front()(3);
  EXPECT_EQ(calls_.waiting(), (Documents{"d0", "d1", "d2"}));
  calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting(), (Documents{"d1", "d2", "d3"}));
  EXPECT_EQ(asked.size(), 1U);
}

TEST_F(Gate, MayKnowAtOnceHowManyCallsAnAddressWorksOn) {
  for (const std::size_t width : {1, 2, 8}) {
    make({.width = 4, .find_width = [&](std::size_t, const auto& found) { found(width); }});
    ask_many(9);
    EXPECT_EQ(calls_.waiting().size(), width);
    while (!calls_.waiting().empty())
      calls_.answer(good_reply());
  }
}

TEST_F(Gate, LaterStagesGoFirstThenTheFirstToCome) {
  make(1);
  ask(prompt_request("now"));
  ask(prompt_request("a", 1));
  ask(prompt_request("b", 2));
  ask(prompt_request("c", 2));
  Documents order;
  while (!calls_.waiting().empty()) {
    order.push_back(calls_.waiting().front());
    calls_.answer(good_reply());
  }
  EXPECT_EQ(order, (Documents{"now", "b", "c", "a"}));
}

TEST_F(Gate, KeepsTheSeatOfADocumentForItsNextRequest) {
  make(1);
  ask(with_more_to_come(prompt_request("a", 0)));
  ask(prompt_request("b", 9));
  calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting(), Documents{});
  ask(prompt_request("a", 1));
  EXPECT_EQ(calls_.waiting(), Documents{"a"});
  calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting(), Documents{"b"});
}

TEST_F(Gate, GivesTheSeatAwayAfterAMoment) {
  make(2);
  ask(with_more_to_come(prompt_request("a")));
  ask(prompt_request("b"));
  ask(prompt_request("c"));
  calls_.answer("a", good_reply());
  timer_.advance(29ms);
  EXPECT_EQ(calls_.waiting(), Documents{"b"});
  timer_.advance(1ms);
  EXPECT_EQ(calls_.waiting(), (Documents{"b", "c"}));
  ask(prompt_request("a"));
  EXPECT_EQ(calls_.waiting(), (Documents{"b", "c"}));
}

TEST_F(Gate, KeepsNoSeatAfterAFailure) {
  make(1);
  ask(with_more_to_come(prompt_request("a")));
  ask(prompt_request("b"));
  calls_.answer("a", bad_reply(ErrorClass::rejected));
  EXPECT_EQ(calls_.waiting(), Documents{"b"});
}

TEST_F(Gate, AnOverloadedServerIsLeftAloneAndAskedLess) {
  make(4);
  ask_many(12);
  Reply overloaded = bad_reply(ErrorClass::transient);
  overloaded.overloaded = true;
  overloaded.retry_after = 5s;
  calls_.answer("d0", overloaded);
  calls_.answer("d1", overloaded);  // Of the same round: does not narrow it again.
  calls_.answer("d2", good_reply());
  calls_.answer("d3", good_reply());
  EXPECT_EQ(calls_.waiting(), Documents{});
  timer_.advance(4999ms);
  EXPECT_EQ(calls_.waiting(), Documents{});
  timer_.advance(1ms);
  EXPECT_EQ(calls_.waiting(), (Documents{"d4", "d5"}));
}

TEST_F(Gate, WidensByOneAfterAsManySuccessesAsItIsWide) {
  make(4);
  ask_many(20);
  calls_.answer(bad_reply(ErrorClass::transport));
  for (int i = 0; i < 3; ++i)
    calls_.answer(good_reply());
  timer_.advance(1s);
  EXPECT_EQ(calls_.waiting().size(), 2U);
  calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting().size(), 3U);
  for (int i = 0; i < 4; ++i)
    calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting().size(), 4U);
  for (int i = 0; i < 4; ++i)
    calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting().size(), 4U);
}

TEST_F(Gate, PausesDoubleWhileTroubleLasts) {
  make(4);
  ask_many(5);
  for (const auto pause : {1s, 2s, 4s}) {
    while (!calls_.waiting().empty())
      calls_.answer(bad_reply(ErrorClass::transport));
    ask_many(1);
    EXPECT_EQ(timer_.next(), pause);
    timer_.advance(pause);
  }
}

TEST_F(Gate, WhoeverWaitsForAServerThatIsNotThereEndsWithTheFirst) {
  make(2);
  ask_many(4);
  calls_.answer("d0", bad_reply(ErrorClass::unreachable, "cannot connect"));
  EXPECT_EQ(calls_.waiting(), Documents{"d1"});
  for (const int i : {0, 2, 3})
    EXPECT_EQ(outcomes_[static_cast<std::size_t>(i)].error(),
              (Error{ErrorClass::unreachable, "cannot connect"}));
  EXPECT_EQ(outcomes_[2].reply->spent.total().calls, 0);
  ask(prompt_request("next"));  // Without a pause: the server has nothing to recover from.
  EXPECT_EQ(calls_.waiting(), (Documents{"d1", "next"}));
}

TEST_F(Gate, AnAbsurdHintDoesNotCloseItForDays) {
  make(1);
  ask_many(2);
  Reply overloaded = bad_reply(ErrorClass::transient);
  overloaded.overloaded = true;
  overloaded.retry_after = 720h;
  calls_.answer(overloaded);
  timer_.advance(1min);
  EXPECT_EQ(calls_.waiting(), Documents{"d1"});
}

TEST_F(Gate, WhoeverWaitsForAServerThatRefusesAllEndsWithTheFirst) {
  make(1);
  ask_many(3);
  calls_.answer(bad_reply(ErrorClass::unavailable, "the key is refused"));
  EXPECT_EQ(calls_.seen(), 1);
  EXPECT_EQ(outcomes_[2].error(), (Error{ErrorClass::unavailable, "the key is refused"}));
}

TEST_F(Gate, AQueueCountsAgainstNoDeadline) {
  make(1);
  for (const char* document : {"a", "b", "c"}) {
    Request request = prompt_request(document);
    request.deadline = timer_.now() + 3s;
    ask(std::move(request));
  }
  for (const auto queued : {0s, 2s, 4s}) {
    EXPECT_EQ(calls_.request().deadline, timer_.now() + 3s) << "it begins when the call is sent";
    timer_.advance(2s);
    const std::string document = calls_.waiting().front();
    calls_.answer(good_reply());
    EXPECT_EQ(outcomes_[static_cast<std::size_t>(document[0] - 'a')].reply->queued, queued);
  }
}

TEST_F(Gate, APauseCountsAgainstNoDeadlineOfThoseThatWait) {
  make(1);
  ask_many(1);
  Request waits = prompt_request("waits");
  waits.deadline = timer_.now() + 5s;
  const CallOutcome& outcome = ask(std::move(waits));
  Reply overloaded = bad_reply(ErrorClass::transient);
  overloaded.overloaded = true;
  overloaded.retry_after = 30s;
  calls_.answer(overloaded);
  EXPECT_EQ(outcomes_[0].reply->paused, 30s) << "whoever tries again knows";
  timer_.advance(30s);
  ASSERT_EQ(calls_.waiting(), Documents{"waits"});
  EXPECT_EQ(calls_.request().deadline, timer_.now() + 5s);
  calls_.answer(good_reply());
  EXPECT_TRUE(outcome.reply->answer);
}

TEST_F(Gate, NobodyWaitsForAServerThatAnswersNobody) {
  for (const ErrorClass error : {ErrorClass::transport, ErrorClass::transient}) {
    outcomes_.clear();
    make({.width = 1, .pause = 1ms, .patience = 1min});
    ask_many(20);
    int answered = 0;
    for (const auto begin = timer_.now(); !outcomes_.back().reply; ++answered) {
      ASSERT_EQ(calls_.waiting().size(), 1U);
      timer_.advance(10s);
      calls_.answer(bad_reply(error, "no"));
      timer_.advance(100ms);
      ASSERT_LE(timer_.now() - begin, 2min);
    }
    EXPECT_EQ(answered, 6);
    EXPECT_EQ(outcomes_.back().error(), (Error{error, "no"}));
    EXPECT_EQ(outcomes_.back().reply->spent.total().calls, 0);
  }
}

TEST_F(Gate, NobodyWaitsForAServerThatAsksForMoreThanItsPatience) {
  for (const auto& [hint, ends] : {std::pair(59s, false), {61s, true}, {3600s, true}}) {
    outcomes_.clear();
    make({.width = 5, .patience = 1min});
    ask_many(7);
    Reply overloaded = bad_reply(ErrorClass::transient, "quota");
    overloaded.overloaded = true;
    overloaded.retry_after = hint;
    for (int i = 0; i < 5; ++i) {
      EXPECT_FALSE(outcomes_[6].reply) << "fewer are no proof";
      calls_.answer(overloaded);
    }
    EXPECT_EQ(outcomes_[6].reply.has_value(), ends) << hint.count();
    if (ends) {
      EXPECT_EQ(outcomes_[6].reply->retry_after, hint);
      continue;
    }
    timer_.advance(hint);
    while (!calls_.waiting().empty())
      calls_.answer(good_reply());
    EXPECT_TRUE(outcomes_[6].reply->answer);
  }
}

TEST_F(Gate, AFewDocumentsThatHangAreNoOutage) {
  make({.width = 1, .pause = 1ms, .patience = 1s});
  ask_many(6);
  for (int i = 0; i < 4; ++i) {
    timer_.advance(10s);
    calls_.answer(bad_reply(ErrorClass::transport));
    timer_.advance(100ms);
  }
  calls_.answer(good_reply());
  EXPECT_EQ(calls_.waiting(), Documents{"d5"});
}

TEST_F(Gate, AnAnswersPlaceIsKeptUntilItIsLetGo) {
  make({.width = 2, .keeps_places = true});
  ask_many(5);
  calls_.answer("d0", good_reply());
  calls_.answer("d1", good_reply());
  EXPECT_EQ(calls_.waiting(), Documents{}) << "neither answer is on disk";
  outcomes_[1].reply->place.reset();
  EXPECT_EQ(calls_.waiting(), Documents{"d2"});
  calls_.answer(bad_reply(ErrorClass::content));  // Paid, too.
  EXPECT_EQ(calls_.waiting(), Documents{});
  outcomes_[2].reply->place.reset();
  EXPECT_EQ(calls_.waiting(), Documents{"d3"});
  outcomes_[0].reply->place.reset();
  EXPECT_EQ(calls_.waiting(), (Documents{"d3", "d4"}));
  ask(prompt_request("d5"));
  calls_.answer(bad_reply(ErrorClass::transient));  // Nothing to keep.
  EXPECT_EQ(calls_.waiting(), (Documents{"d4", "d5"}));
}

TEST_F(Gate, APlaceMayComeBackWhenAllElseIsGone) {
  /// Fails once it is said to be gone.
  class Mortal final : public Timer {
   public:
    void after(std::chrono::milliseconds, std::function<void()>) noexcept override { EXPECT_FALSE(is_gone); }
    Clock::time_point now() const noexcept override {
      EXPECT_FALSE(is_gone);
      return {};
    }
    bool stopped() const noexcept override {
      EXPECT_FALSE(is_gone);
      return false;
    }
    bool is_gone = false;
  } timer;
  for (const Reply& reply : {good_reply(), bad_reply(ErrorClass::content)}) {
    timer.is_gone = false;
    gate_ = gate_to(std::make_unique<HeldBackend>(calls_), {.width = 1, .keeps_places = true}, timer);
    CallOutcome& outcome = ask(with_more_to_come(prompt_request()));
    calls_.answer(reply);
    gate_.reset();
    timer.is_gone = true;
    outcome.reply->place.reset();
  }
}

TEST_F(Gate, AStopEndsWhatWaits) {
  make(1);
  ask_many(3);
  timer_.stop();  // Though a call is on its way.
  EXPECT_EQ(outcomes_[1].error(), (Error{ErrorClass::cancelled, "the run was stopped"}));
  EXPECT_EQ(outcomes_[2].error().error_class, ErrorClass::cancelled);
  EXPECT_EQ(ask(prompt_request()).error().error_class, ErrorClass::cancelled);
}

TEST_F(Gate, AStopEndsAPause) {
  make(1);
  ask_many(2);
  calls_.answer(bad_reply(ErrorClass::transport));
  timer_.stop();
  EXPECT_EQ(outcomes_[1].error().error_class, ErrorClass::cancelled);
}

TEST_F(Gate, CallsThatEndOnTheSpotDoNotPileUp) {
  int left = 20'000;
  HeldCalls first;
  class FirstHeld final : public Backend {
   public:
    explicit FirstHeld(HeldCalls& calls) : held_(calls) {}
    void submit(Request request, Done done) noexcept override {
      std::exchange(is_first_, false) ? held_.submit(std::move(request), std::move(done))
                                      : done(good_reply());
    }

   private:
    HeldBackend held_;
    bool is_first_ = true;
  };
  const auto gate = gate_to(std::make_unique<FirstHeld>(first), {.width = 1}, timer_);
  for (int i = left; i > 0; --i)
    gate->submit(prompt_request(), [&](const Reply&) { --left; });
  first.answer(good_reply());
  EXPECT_EQ(left, 0);
}

TEST_F(Gate, ManyThreads) {
  constexpr int threads = 4, requests = 200;
  constexpr std::size_t width = 3;
  std::atomic<int> under_way = 0, most = 0, left = threads * requests;
  std::promise<void> all;
  auto answers = [&](const Request& request) {
    const bool is_bad = request.asked_by.position % 50 == 7;
    Reply reply = is_bad ? bad_reply(ErrorClass::transient) : good_reply();
    reply.overloaded = is_bad;
    reply.retry_after = 1ms;
    return reply;
  };
  class Counting final : public Backend {
   public:
    Counting(FakeBackend::Answers answers, std::atomic<int>& now, std::atomic<int>& most)
        : fake_(std::move(answers)), now_(now), most_(most) {}
    void submit(Request request, Done done) noexcept override {
      const int now = ++now_;
      for (int seen = most_; now > seen && !most_.compare_exchange_weak(seen, now);) {
      }
      fake_.submit(std::move(request), [this, done = std::move(done)](Reply reply) {
        --now_;
        done(std::move(reply));
      });
    }

   private:
    FakeBackend fake_;
    std::atomic<int>&now_, &most_;
  };
  auto loop = std::make_unique<HttpLoop>(std::stop_token());
  const auto gate = gate_to(std::make_unique<Counting>(answers, under_way, most),
                            {.width = width, .seat = 1ms, .pause = 1ms, .longest_pause = 2ms}, *loop);
  {
    std::vector<std::jthread> askers;
    for (int t = 0; t < threads; ++t) {
      askers.emplace_back([&, t] {
        for (int i = 0; i < requests; ++i) {
          Request request =
              prompt_request(std::to_string(t) + "." + std::to_string(i / 2), static_cast<std::size_t>(i));
          request.asked_by.more_to_come = i % 2 == 0;
          gate->submit(std::move(request), [&](const Reply&) {
            if (--left == 0) all.set_value();
          });
        }
      });
    }
  }
  all.get_future().wait();
  EXPECT_LE(most, static_cast<int>(width));
  loop.reset();
}

}  // namespace
}  // namespace docket::backends
