#include "pipeline/run/estimate.h"

#include <gtest/gtest.h>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/reader.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

constexpr const char* yaml = R"(
version: 1
backends:
  cheap: { type: openai, url: 'http://127.0.0.1:9', model: c, price: { input: 1, output: 2 } }
  dear: { type: openai, url: 'http://127.0.0.1:9', model: d, price: { input: 10, cache_write: 20, output: 20 } }
  own: { type: openai, url: 'http://127.0.0.1:9', model: o }
  timed: { type: openai, url: 'http://127.0.0.1:9', model: t, timeout: 10s, price: { per_hour: 3.6 } }
  tiered: { type: openai, url: 'http://127.0.0.1:9', model: f,
            price: { input: 10, cache_write: 20, cache_write_1h: 40, output: 20, batch: 0.5 } }
  unknown: { type: openai, url: 'http://127.0.0.1:9', model: u, location: cloud }
stages:
  - extract:
  - classify: { backends: [cheap, dear, own, timed, tiered, unknown], labels: { a: {}, b: {} } }
)";

constexpr std::size_t classify = 1;

/// A document that asks about 4,000 bytes, with room for 100 tokens of answer, and 20 as usual.
RehearsedDocument document(std::initializer_list<const char*> backends) {
  RehearsedDocument made;
  for (const char* backend : backends) {
    RehearsedCall call;
    call.stage = classify;
    call.backend = backend;
    static int number = 0;
    call.request = std::to_string(++number);
    call.bytes = 4000;
    call.most.input_tokens = 4500;
    call.most.output_tokens = 100;
    call.answer_bytes = 80;
    call.turn = made.calls.size();
    made.calls.push_back(call);
  }
  return made;
}

class EstimateTest : public testing::Test {
 protected:
  Estimate of(const std::vector<RehearsedDocument>& sample, std::int64_t documents,
              const SpendingLimits& limits = {}) {
    return estimate(*pipeline_.pipeline, PlanHistory(), limits, sample, documents);
  }

  /// One document's, after these calls.
  Estimate after(const std::vector<LedgerCall>& calls, const RehearsedDocument& document) {
    auto ledger = Ledger::open(earlier_.path());
    EXPECT_FALSE((*ledger)->begin_run(
        {std::to_string(++runs_), "/p", "plan", "0.1.0", "host", 1, "2026-11-01T12:00:00Z"}, {}));
    for (const LedgerCall& call : calls)
      (*ledger)->call_ended(call, std::nullopt, {});
    EXPECT_FALSE((*ledger)->flush());
    auto reader = LedgerReader::open(earlier_.path());
    return estimate(*pipeline_.pipeline, *PlanHistory::read(reader->database()), {}, {document}, 1);
  }

 private:
  const TempDir dir_, earlier_;
  int runs_ = 0;
  const PipelineOrDiagnostics pipeline_ = read_pipeline(dir_.write("pipeline.yaml", yaml), registry());
};

void expect_range(const Range& range, double low, double expected, double high) {
  EXPECT_NEAR(range[Case::low], low, 0.5);
  EXPECT_NEAR(range[Case::expected], expected, 0.5);
  EXPECT_NEAR(range[Case::high], high, 0.5);
}

TEST_F(EstimateTest, WithoutHistoryItIsWhatIsAssumed) {
  const Estimate all = of({document({"cheap"})}, 1);
  ASSERT_EQ(all.calls.size(), 1U);
  expect_range(all.calls[0].documents, 1, 1, 1);
  expect_range(all.calls[0].calls, 1, 1, 2);
  expect_range(all.calls[0].input_tokens, 800, 1000, 5000);
  expect_range(all.calls[0].output_tokens, 10, 20, 200);
  // 1,000 nano-dollars for a token of input, 2,000 of output; 1,250 for one that is written to the cache.
  expect_range(all.nano_dollars, 820'000, 1'040'000, 2 * (2500 * 1250 + 100 * 2000));
}

TEST_F(EstimateTest, ThinkingTakesAPartOfItsRoom) {
  RehearsedDocument thinking = document({"cheap"});
  thinking.calls[0].most.output_tokens = 1100;
  thinking.calls[0].thinking_room = 1000;
  expect_range(of({thinking}, 1).calls[0].output_tokens, 10, 220, 2200);
}

TEST_F(EstimateTest, LaterBackendsAreAskedAboutSomeAtTheDearestPriceAtMost) {
  const Estimate all = of({document({"cheap", "dear"})}, 1);
  ASSERT_EQ(all.calls.size(), 2U);
  expect_range(*all.calls[1].nano_dollars, 0, 0.3 * (1000 * 10'000 + 20 * 20'000),
               2.0 * (2500 * 20'000 + 100 * 20'000));
}

TEST_F(EstimateTest, AnUnknownPriceIsNoPrice) {
  const Estimate all = of({document({"unknown"})}, 1);
  EXPECT_FALSE(all.calls[0].nano_dollars);
  EXPECT_EQ(all.nano_dollars[Case::high], 0);
  EXPECT_GT(all.calls[0].input_tokens[Case::expected], 0);
}

/// An answer of 20 tokens to a prompt of 4,000 bytes and 1,000 tokens.
LedgerCall answered(const char* model) {
  LedgerCall call;
  call.stage = "classify";
  call.model = model;
  call.outcome = "ok";
  call.prompt_bytes = 4000;
  call.usage.calls = 1;
  call.usage.input_tokens = 1000;
  call.usage.output_tokens = 20;
  return call;
}

TEST_F(EstimateTest, WhatTimeCostsIsUnknownUntilEarlierCallsTellIt) {
  const Estimate unknown = after(std::vector(4, answered("t")), document({"timed"}));
  EXPECT_FALSE(unknown.calls[0].nano_dollars) << "an older docket's calls";
  EXPECT_EQ(unknown.nano_dollars[Case::high], 0);
  EXPECT_NE(unknown.calls[0].basis.back().from.find("not known"), std::string::npos);

  std::vector<LedgerCall> calls(4, answered("t"));
  for (std::int64_t i = 0; i < 4; ++i) {
    calls[static_cast<std::size_t>(i)].prompt_bytes = 1000 * (i + 1);
    calls[static_cast<std::size_t>(i)].usage.machine_us = 1'000'000 * (i + 1);
  }
  const Estimate all = after(calls, document({"timed"}));
  ASSERT_TRUE(all.calls[0].nano_dollars);
  // A second costs a million nano-dollars; a call takes no more than 10, and after 8 without a failure no
  // more than a third of the calls is expected to fail.
  expect_range(*all.calls[0].nano_dollars, 1'000'000, 4'000'000, 14'802'000);
  EXPECT_EQ(all.calls[0].basis.back().from, "8 calls of this stage to this model");
}

TEST_F(EstimateTest, TimeOfOtherModelsTellsNothing) {
  LedgerCall other = answered("o");
  other.usage.machine_us = 1'000'000;
  EXPECT_FALSE(after(std::vector(4, other), document({"timed"})).calls[0].nano_dollars);
}

TEST_F(EstimateTest, CallsAreServedForThePriceOfABatchAsEarlierOnesWere) {
  std::vector<LedgerCall> calls(4, answered("f"));
  const double whole = 1000 * 10'000 + 20 * 20'000;
  for (std::size_t i = 0; i < 3; ++i)
    calls[i].service_tier = batch_tier;
  const Estimate all = after(calls, document({"tiered"}));
  expect_range(*all.calls[0].nano_dollars, whole / 2, whole * (0.75 / 2 + 0.25), 80'729'272);
}

TEST_F(EstimateTest, WhatIsKeptForAnHourCostsMore) {
  std::vector<LedgerCall> calls(4, answered("f"));
  for (LedgerCall& call : calls) {
    call.usage.cache_write_tokens = 800;
    call.usage.cache_write_1h_tokens = 400;
  }
  EXPECT_NEAR(after(calls, document({"tiered"})).nano_dollars[Case::expected],
              200 * 10'000 + 400 * 20'000 + 400 * 40'000 + 20 * 20'000, 0.5);
}

TEST_F(EstimateTest, AModelOfOnesOwnCostsNothing) {
  const Estimate all = of({document({"own"})}, 1);
  ASSERT_TRUE(all.calls[0].nano_dollars);
  expect_range(*all.calls[0].nano_dollars, 0, 0, 0);
  EXPECT_GT(all.calls[0].input_tokens[Case::expected], 0);
}

TEST_F(EstimateTest, WhatIsUnsureMayCostNothing) {
  RehearsedDocument doubtful = document({"cheap"});
  doubtful.unsure[classify] = 0.5;
  EXPECT_NEAR(of({doubtful}, 1).calls[0].documents[Case::expected], 0.5, 1e-9) << "half of the labels";
  doubtful.unsure[classify] = 1;
  EXPECT_NEAR(of({doubtful}, 1).calls[0].documents[Case::expected], 0.3, 1e-9);
  EXPECT_EQ(of({doubtful}, 1).nano_dollars[Case::low], 0);
  RehearsedDocument perhaps_private = document({"dear"});
  perhaps_private.calls[0].may_be_withheld = true;
  EXPECT_EQ(of({perhaps_private}, 1).nano_dollars[Case::low], 0);
  EXPECT_GT(of({perhaps_private}, 1).nano_dollars[Case::expected], 0);
}

TEST_F(EstimateTest, ASampleStandsForAll) {
  RehearsedDocument small = document({"cheap"}), large = document({"cheap"});
  large.calls[0].bytes = 12'000;
  const Estimate all = of({small, large}, 400);
  expect_range(all.calls[0].documents, 400, 400, 400);
  expect_range(all.calls[0].input_tokens, 400 * 1600, 400 * 2000, 2 * 400 * 4500);
  EXPECT_EQ(all.looked_at, 2);
  EXPECT_GT(all.error, 0.4);
  EXPECT_EQ(of({small, large}, 2).error, 0) << "all were looked at";
}

TEST_F(EstimateTest, TheSameRequestIsSentOnce) {
  const RehearsedDocument one = document({"cheap", "dear"});
  const Estimate all = of({one, one, document({"cheap"})}, 3);
  EXPECT_EQ(all.calls[0].calls[Case::expected], 2);
  EXPECT_EQ(all.calls[1].calls[Case::high], 2) << "one, twice";
}

TEST_F(EstimateTest, LimitsCutIt) {
  const RehearsedDocument one = document({"cheap"});
  const Estimate run = of({one}, 10, {.run = 5'000'000});
  expect_range(run.nano_dollars, 5'000'000, 5'000'000, 5'000'000);
  EXPECT_EQ(run.limits,
            std::vector<std::string>{"budget of the run, which is expected to reach it: $0.0050"});
  EXPECT_NEAR(run.calls[0].documents[Case::expected], 10 * 5.0 / 10.4, 1e-6);
  expect_range(run.calls[0].documents, 10 * 5.0 / 10.4, 10 * 5.0 / 10.4, 10 * 5.0 / 10.4);
  const Estimate each = of({one}, 10, {.document = 4'000'000});
  expect_range(each.nano_dollars, 8'200'000, 10'400'000, 40'000'000);
  EXPECT_EQ(each.limits, std::vector<std::string>{"budget of a document: $0.0040"});
  const Estimate stage = of({one}, 10, {.stages = {{"classify", 9'000'000}}});
  expect_range(stage.nano_dollars, 8'200'000, 9'000'000, 9'000'000);
  EXPECT_EQ(of({one}, 10, {.stages = {{"another", 1}}}).limits.size(), 0U);
  EXPECT_EQ(of({document({"own"})}, 10, {.run = 1, .document = 1}).calls[0].documents[Case::expected], 10)
      << "it has no price";
}

TEST_F(EstimateTest, NothingIsAskedWhereACallHasToReserveMoreThanThereIs) {
  const RehearsedDocument one = document({"cheap"});  // A call reserves 3,325,000.
  const Estimate each = of({one}, 10, {.document = 3'000'000});
  EXPECT_TRUE(each.calls.empty() || each.calls[0].documents[Case::high] == 0);
  expect_range(each.nano_dollars, 0, 0, 0);
  EXPECT_EQ(each.limits, std::vector<std::string>{"budget of a document: $0.0030"});
  const Estimate day = of({one}, 10, {.day = 3'000'000});
  expect_range(day.nano_dollars, 0, 0, 0);
  expect_range(day.calls[0].documents, 0, 0, 0);
  EXPECT_EQ(day.limits,
            std::vector<std::string>{"budget of the day (what is left of it), which is below what a "
                                     "call has to reserve: $0.0030"});
}

TEST_F(EstimateTest, WhatIsLeftOfADayAndOfAMonthIsToldApart) {
  const RehearsedDocument one = document({"cheap"});
  const Estimate all = of({one}, 10, {.run = 9'000'000, .day = 15'000'000, .month = 6'000'000});
  expect_range(all.nano_dollars, 6'000'000, 6'000'000, 6'000'000);
  EXPECT_EQ(all.limits,
            (std::vector<std::string>{"budget of the run, which is expected to reach it: $0.0090",
                                      "budget of the month (what is left of it), which is expected to reach "
                                      "it: $0.0060"}));
}

TEST_F(EstimateTest, TheMostIsNeverLessThanWhatABudgetKeeps) {
  RehearsedDocument one = document({"cheap"});
  one.calls[0].most.input_tokens = 40'000;
  EXPECT_EQ(of({one}, 1).nano_dollars[Case::high], 40'000 * 1250 + 100 * 2000);
}

TEST_F(EstimateTest, TheMoreCallsHaveShownTheLessIsTheMost) {
  const RehearsedDocument one = document({"dear"});
  double before = of({one}, 1).nano_dollars[Case::high];
  for (const std::size_t calls : {3, 10, 100, 1000}) {
    const Range cost = *after(std::vector(calls, answered("d")), one).calls[0].nano_dollars;
    EXPECT_LT(cost[Case::high], before) << calls;
    EXPECT_GE(cost[Case::high], cost[Case::expected]) << calls;
    before = cost[Case::high];
  }
  EXPECT_LT(before, 1.02 * (1000 * 20'000 + 20 * 20'000)) << "what each call has cost, written to the cache";
}

TEST_F(EstimateTest, NothingToAskIsNothing) {
  EXPECT_TRUE(of({RehearsedDocument()}, 5).calls.empty());
  EXPECT_TRUE(of({}, 0).calls.empty());
}

}  // namespace
}  // namespace docket
