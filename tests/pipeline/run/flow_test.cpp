#include "pipeline/run/flow.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <stdexcept>

#include "pipeline/record.h"
#include "pipeline/support/stopwatch.h"
#include "tests/conditions.h"
#include "tests/fakes.h"

namespace docket {
namespace {

using Requests = Result<std::vector<Request>>;

Requests nothing() { return std::vector<Request>{}; }
Requests ask(std::size_t times) { return std::vector<Request>(times, Request{"fake", ClassifyQuestion{}}); }

Reply answer_ok(const Request&) {
  Spending spent;
  spent.add({"fake", "model", {.calls = 1, .input_tokens = 10}});
  return {Answer{{{"label", "x"}}}, spent};
}

/// Throws for some documents, as a parser might.
StageConfig throwing() {
  return fake_stage_config("throwing", {}, [](Document& document, const Turn&, StageResult&) -> Requests {
    if (document.number % 50 == 7) throw std::runtime_error("bad page");
    return nothing();
  });
}

/// Asks twice at once, and fails for some documents.
StageConfig asking(std::size_t after) {
  return fake_stage_config("asking", {after},
                           [](Document& document, const Turn& turn, StageResult& out) -> Requests {
                             if (turn.number == 0) return ask(2);
                             if (document.number % 50 == 9) return Error{ErrorClass::content, "no"};
                             out.output = turn.replies[0].answer->value;
                             return nothing();
                           });
}

StageConfig asking_first() {
  return fake_stage_config("asking", {}, [](Document&, const Turn& turn, StageResult&) -> Requests {
    return turn.number == 0 ? ask(1) : nothing();
  });
}

/// Asks in three turns: the shape of a retry.
StageConfig patient(std::size_t after) {
  return fake_stage_config("patient", {after}, [](Document&, const Turn& turn, StageResult&) -> Requests {
    return turn.number < 3 ? ask(1) : nothing();
  });
}

struct Counts {
  std::map<Outcome, std::size_t> by_outcome;
  std::size_t read = 0;
  int peak = 0;
  Usage usage;
};

/// Runs `documents` documents; requests a stop once `stop_after` are finished.
Counts run(std::span<const StageConfig> stages, Backend& backend, std::size_t documents,
           const FlowOptions& options, std::size_t stop_after = SIZE_MAX) {
  Counts counts;
  std::atomic<int> alive = 0;
  std::size_t finished = 0;
  std::set<std::size_t> seen;
  std::stop_source stop;
  const auto next = [&]() -> DocumentPtr {
    if (counts.read == documents) return nullptr;
    counts.peak = std::max(counts.peak, ++alive);
    DocumentPtr document(new Document, [&](Document* gone) {
      --alive;
      delete gone;
    });
    document->number = counts.read++;
    return document;
  };
  const auto done = [&](Document& document) {
    EXPECT_TRUE(seen.insert(document.number).second) << "handed back twice: " << document.number;
    ++counts.by_outcome[outcome(document)];
    for (const StageResult& result : document.stages)
      counts.usage += result.spent.total();
    if (++finished == stop_after) stop.request_stop();
  };
  run_flow(stages, backend, {next, done}, options, stop.get_token());
  EXPECT_EQ(seen.size(), counts.read) << "a document was lost";
  EXPECT_EQ(alive, 0);
  return counts;
}

TEST(Flow, HandsEveryDocumentBackAtEveryWidth) {
  for (const int jobs : {1, 2, 8}) {
    for (const int in_flight : {1, 4, 64}) {
      SCOPED_TRACE(testing::Message() << "jobs " << jobs << ", in flight " << in_flight);
      FakeBackend backend(answer_ok);
      std::vector<StageConfig> stages;
      stages.push_back(throwing());
      stages.push_back(asking(0));
      stages.push_back(patient(1));
      Counts counts = run(stages, backend, 100, {jobs, in_flight});
      EXPECT_EQ(counts.by_outcome[Outcome::done], 96u);
      EXPECT_EQ(counts.by_outcome[Outcome::failed], 4u);
      EXPECT_EQ(counts.usage.calls, 98 * 2 + 96 * 3) << "usage of failed documents counts too";
      EXPECT_EQ(backend.calls(), counts.usage.calls);
    }
  }
}

TEST(Flow, NeverHoldsMoreDocumentsThanInFlightAndTheReadersLookahead) {
  for (const int jobs : {1, 2, 8}) {
    FakeBackend backend(answer_ok);
    std::vector<StageConfig> stages;
    stages.push_back(asking_first());
    const Counts counts = run(stages, backend, 500, {jobs, 4});
    EXPECT_LE(counts.peak, 4 + 16 + 2) << "at " << jobs << " jobs";
  }
}

TEST(Flow, StopsEarlyAndStillAccountsForEveryDocument) {
  for (const int jobs : {1, 2, 8}) {
    for (const int in_flight : {1, 4, 64}) {
      FakeBackend backend(answer_ok);
      std::vector<StageConfig> stages;
      stages.push_back(throwing());
      stages.push_back(asking(0));
      stages.push_back(patient(1));
      Counts counts = run(stages, backend, 100'000, {jobs, in_flight}, 20);
      EXPECT_LT(counts.read, 1000u) << "the reader went on after the stop";
      EXPECT_GE(counts.by_outcome[Outcome::done], 18u);
    }
  }
}

struct Countdown final : StageProgress {
  explicit Countdown(std::size_t turns) : left(turns) {}
  std::size_t left;
};

TEST(Flow, KeepsAStagesProgressFromTurnToTurnForEachDocument) {
  FakeBackend backend(answer_ok);
  std::vector<StageConfig> stages;
  stages.push_back(
      fake_stage_config("counting", {}, [](Document& document, const Turn& turn, StageResult&) -> Requests {
        if (turn.number == 0 && turn.progress) return Error{ErrorClass::bug, "somebody else's progress"};
        if (turn.number == 0) turn.progress = std::make_unique<Countdown>(document.number % 5);
        auto& countdown = dynamic_cast<Countdown&>(*turn.progress);
        if (countdown.left == 0) return nothing();
        --countdown.left;
        return ask(1);
      }));
  const Counts counts = run(stages, backend, 100, {2, 16});
  EXPECT_EQ(counts.by_outcome.at(Outcome::done), 100u);
  EXPECT_EQ(counts.usage.calls, 20 * (0 + 1 + 2 + 3 + 4));
}

TEST(Flow, RunsParallelBranchesAndJoinsThem) {
  FakeBackend backend(answer_ok);
  std::vector<StageConfig> stages;
  const auto marks = [](Document&, const Turn& turn, StageResult& out) -> Requests {
    if (turn.number == 0) return ask(1);
    out.output = turn.record;
    return nothing();
  };
  stages.push_back(fake_stage_config("root", {}, marks));
  stages.push_back(fake_stage_config("left", {0}, marks));
  stages.push_back(fake_stage_config("right", {0}, marks));
  stages.push_back(fake_stage_config("join", {1, 2}, marks));
  stages.push_back(fake_stage_config("other_end", {1}, marks));
  std::size_t number = 0;
  std::size_t checked = 0;
  const auto next = [&]() -> DocumentPtr {
    if (number == 200) return nullptr;
    auto document = std::make_shared<Document>();
    document->number = number++;
    return document;
  };
  const auto finished = [&](Document& document) {
    ++checked;
    EXPECT_EQ(outcome(document), Outcome::done);
    EXPECT_FALSE(document.stages[2].output.contains("left")) << "a branch sees the other branch";
    EXPECT_TRUE(document.stages[3].output.contains("left"));
    EXPECT_TRUE(document.stages[3].output.contains("right"));
    EXPECT_FALSE(document.stages[4].output.contains("right"));
  };
  run_flow(stages, backend, {next, finished}, {4, 8}, {});
  EXPECT_EQ(checked, 200u);
}

TEST(Flow, AFailedBranchStopsOnlyWhatComesAfterIt) {
  FakeBackend backend(answer_ok);
  std::vector<StageConfig> stages;
  const auto passes = [](Document&, const Turn&, StageResult&) -> Requests { return nothing(); };
  const auto fails = [](Document&, const Turn&, StageResult&) -> Requests {
    return Error{ErrorClass::content, "no"};
  };
  stages.push_back(fake_stage_config("root", {}, passes));
  stages.push_back(fake_stage_config("bad", {0}, fails));
  stages.push_back(fake_stage_config("good", {0}, passes));
  stages.push_back(fake_stage_config("join", {1, 2}, passes));
  bool given = false;
  const auto next = [&]() -> DocumentPtr {
    if (std::exchange(given, true)) return nullptr;
    return std::make_shared<Document>();
  };
  std::vector<StageResult::State> states;
  const auto finished = [&](Document& document) {
    for (const StageResult& result : document.stages)
      states.push_back(result.state);
    EXPECT_EQ(outcome(document), Outcome::failed);
  };
  run_flow(stages, backend, {next, finished}, {2, 2}, {});
  using State = StageResult::State;
  EXPECT_EQ(states, (std::vector{State::done, State::failed, State::done, State::pending}));
}

TEST(Flow, SkipsAStageWhoseConditionsAreFalse) {
  FakeBackend backend(answer_ok);
  std::vector<StageConfig> stages;
  stages.push_back(
      fake_stage_config("classify", {}, [](Document& document, const Turn&, StageResult& out) -> Requests {
        out.output = {{"label", document.number % 2 ? "invoice" : "letter"}};
        return nothing();
      }));
  stages.push_back(
      fake_stage_config("after", {0}, [](Document&, const Turn& turn, StageResult& out) -> Requests {
        out.reasons.assign(turn.reasons.begin(), turn.reasons.end());
        return nothing();
      }));
  const auto when = conditions({".classify.label == \"invoice\"", "false"});
  stages[1].when = {{"is invoice", when[0]}, {"never", when[1]}};
  std::size_t number = 0;
  const auto next = [&]() -> DocumentPtr {
    if (number == 2) return nullptr;
    auto document = std::make_shared<Document>();
    document->number = number++;
    return document;
  };
  std::map<std::size_t, StageResult> results;
  const auto finished = [&](Document& document) { results[document.number] = document.stages[1]; };
  run_flow(stages, backend, {next, finished}, {2, 2}, {});
  EXPECT_EQ(results[0].state, StageResult::State::skipped);
  EXPECT_EQ(results[1].state, StageResult::State::done);
  EXPECT_EQ(results[1].reasons, std::vector<std::string>{"is invoice"});
}

TEST(Flow, AnExceptionOfTheWriterStopsTheRunAndComesOut) {
  FakeBackend backend(answer_ok);
  std::vector<StageConfig> stages;
  stages.push_back(asking_first());
  std::size_t read = 0;
  std::size_t back = 0;
  const auto next = [&]() -> DocumentPtr {
    ++read;
    return std::make_shared<Document>();
  };
  const auto finished = [&](Document&) {
    if (++back == 5) throw std::runtime_error("disk full");
  };
  EXPECT_THROW(run_flow(stages, backend, {next, finished}, {2, 4}, {}), std::runtime_error);
  EXPECT_EQ(read, back);
}

using std::chrono::milliseconds;

/// Takes a while for each request, and says that it had waited for `queued`.
class Working final : public Backend {
 public:
  static constexpr milliseconds work{10};
  explicit Working(milliseconds queued) : queued_(queued) {}
  void submit(Request request, Done done) noexcept override {
    const auto begin = WallClock::now();
    deadlines.push_back(request.deadline);
    left.push_back(request.deadline - begin);
    Reply reply{Answer{{{"label", "x"}}}};
    reply.queued = queued_;
    while (WallClock::now() < begin + work) {
    }
    done(std::move(reply));
  }
  std::vector<WallClock::time_point> deadlines;  ///< Of requests, in their order.
  std::vector<WallClock::duration> left;         ///< Until then, when they came.

 private:
  const milliseconds queued_;
};

void run_one_document(std::span<const StageConfig> stages, Backend& backend, milliseconds time) {
  bool given = false;
  const auto next = [&] { return std::exchange(given, true) ? nullptr : std::make_shared<Document>(); };
  run_flow(stages, backend, {next, [](Document&) {}}, {.jobs = 1, .in_flight = 1, .document_time = time}, {});
}

TEST(Flow, ADocumentsTimeRunsWhileItsQuestionsAreAtWork) {
  std::vector<StageConfig> stages;
  stages.push_back(asking_first());
  stages.push_back(patient(0));
  stages.push_back(fake_stage_config("short", {0}, [](auto&, auto&, auto&) { return nothing(); }));
  stages.push_back(
      fake_stage_config("join", {1, 2}, [](Document&, const Turn& turn, StageResult&) -> Requests {
        return turn.number == 0 ? ask(1) : nothing();
      }));
  Working backend(milliseconds(0));
  run_one_document(stages, backend, std::chrono::minutes(1));
  ASSERT_EQ(backend.left.size(), 5U);
  for (int i = 0; i < 5; ++i)
    EXPECT_LE(backend.left[static_cast<std::size_t>(i)], std::chrono::minutes(1) - i * Working::work) << i;
}

TEST(Flow, ADocumentsTimeStandsStillInQueues) {
  std::vector<StageConfig> stages;
  stages.push_back(asking_first());
  stages.push_back(patient(0));
  Working backend(std::chrono::hours(1));
  run_one_document(stages, backend, std::chrono::minutes(1));
  ASSERT_EQ(backend.deadlines.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i)
    EXPECT_GE(backend.deadlines[i] - backend.deadlines[i - 1], Working::work) << "it moves on with the clock";
}

TEST(Flow, WithoutALimitThereIsNoDeadline) {
  std::vector<StageConfig> stages;
  stages.push_back(patient(0));
  stages[0].after.clear();
  Working backend(milliseconds(0));
  run_one_document(stages, backend, milliseconds(0));
  for (const WallClock::time_point deadline : backend.deadlines)
    EXPECT_EQ(deadline, WallClock::time_point::max());
}

}  // namespace
}  // namespace docket
