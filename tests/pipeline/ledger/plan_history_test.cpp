#include "pipeline/ledger/plan_history.h"

#include <gtest/gtest.h>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/reader.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

LedgerCall call(const std::string& document, const std::string& stage, const std::string& model) {
  LedgerCall made;
  made.document = document;
  made.stage = stage;
  made.backend = model == "m" ? "model" : "other";
  made.model = model;
  made.outcome = "ok";
  made.prompt_bytes = 1000;
  made.usage.calls = 1;
  made.usage.input_tokens = 250;
  made.usage.output_tokens = 40;
  return made;
}

PlannedDocument like(std::map<std::string, std::string> labels) {
  PlannedDocument document;
  document.labels = std::move(labels);
  return document;
}

/// A ledger that tests fill, and what is read from it.
class Earlier {
 public:
  Earlier() {
    auto opened = Ledger::open(dir_.path());
    EXPECT_TRUE(opened);
    ledger_ = std::move(*opened);
    EXPECT_FALSE(ledger_->begin_run({"r", "/p", "plan", "0.1.0", "host", 1, "2026-11-01T12:00:00Z"}, {}));
  }

  void add(const LedgerCall& call) { ledger_->call_ended(call, std::nullopt, {}); }

  /// A document that classify gave a label, and escalate took up or not.
  void add(const std::string& path, const std::string& label, bool escalated) {
    LedgerDocument row;
    row.path = row.name = row.id = path;
    row.outcome = Outcome::done;
    LedgerStage classify, escalate;
    classify.stage = "classify";
    classify.state = StageResult::State::done;
    escalate.stage = "escalate";
    escalate.state = escalated ? StageResult::State::done : StageResult::State::skipped;
    ledger_->document_ended(row, {classify, escalate}, R"({"classify": {"label": ")" + label + R"("}})");
  }

  PlanHistory read() {
    EXPECT_FALSE(ledger_->flush());
    auto reader = LedgerReader::open(dir_.path());
    return *PlanHistory::read(reader->database());
  }

 private:
  const TempDir dir_;
  std::unique_ptr<Ledger> ledger_;
};

constexpr const char* yaml =
    "version: 1\n"
    "backends:\n"
    "  model: { type: openai, url: 'http://127.0.0.1:9', model: m }\n"
    "  unnamed: { type: openai, url: 'http://127.0.0.1:9' }\n"
    "stages: [{extract: {}}]\n";

class PlanHistoryTest : public testing::Test {
 protected:
  const BackendConfig& backend(const char* name) const { return *pipeline_.pipeline->backend(name); }
  Earlier earlier;

 private:
  const TempDir dir_;
  const PipelineOrDiagnostics pipeline_ = read_pipeline(dir_.write("pipeline.yaml", yaml), registry());
};

TEST_F(PlanHistoryTest, AnEmptyLedgerTellsNothing) {
  const PlanHistory history = earlier.read();
  EXPECT_FALSE(history.share_run("escalate", like({}), {}));
  EXPECT_FALSE(history.share_asked("classify", "model", "other", {}));
  EXPECT_FALSE(history.for_prompts("classify", backend("model")));
  EXPECT_FALSE(history.for_answers("classify", backend("model")));
}

TEST_F(PlanHistoryTest, CallsOfTheStageToTheModelGoBeforeThoseOfOthers) {
  using Of = CallHistory::Of;
  for (int i = 0; i < 3; ++i) {
    earlier.add(call("d", "classify", "m"));
    LedgerCall dense = call("d", "fields", "large");
    dense.usage.input_tokens = 500;
    dense.usage.output_tokens = 400;
    earlier.add(dense);
  }
  const PlanHistory history = earlier.read();
  const auto prompts = [&](const char* stage, const char* name) {
    const auto known = history.for_prompts(stage, backend(name));
    return std::pair(known->of, known->used.input_tokens * 1000 / known->prompt_bytes);
  };
  EXPECT_EQ(prompts("classify", "model"), std::pair(Of::stage_and_model, std::int64_t{250}));
  EXPECT_EQ(prompts("fields", "model"), std::pair(Of::model, std::int64_t{250}));
  EXPECT_EQ(prompts("fields", "unnamed"), std::pair(Of::all, std::int64_t{375}));
  EXPECT_EQ(history.for_answers("fields", backend("model"))->of, Of::stage);
  EXPECT_EQ(history.for_answers("fields", backend("model"))->used.output_tokens, 1200);
  EXPECT_FALSE(history.for_answers("escalate", backend("model")));
}

TEST_F(PlanHistoryTest, FailedAttemptsCountAndThoseThatWereNotSentDoNot) {
  for (int i = 0; i < 3; ++i)
    earlier.add(call("d", "classify", "m"));
  LedgerCall failed = call("d", "classify", "m");
  failed.outcome = "content";
  failed.attempt = 2;
  earlier.add(failed);
  LedgerCall known = call("d", "classify", "m");
  known.attempt = 0;
  earlier.add(known);
  LedgerCall of_older_docket = call("d", "classify", "m");
  of_older_docket.prompt_bytes = 0;
  earlier.add(of_older_docket);
  const auto history = earlier.read().for_answers("classify", backend("model"));
  EXPECT_EQ(history->calls, 4);
  EXPECT_EQ(history->answers, 3);
}

TEST_F(PlanHistoryTest, SharesAreOfDocumentsLikeTheOneThatIsAskedAbout) {
  for (int i = 0; i < 10; ++i) {
    earlier.add("contract" + std::to_string(i), "contract", i < 8);
    earlier.add("invoice" + std::to_string(i), "invoice", i < 2);
  }
  earlier.add("letter", "letter", true);
  const PlanHistory history = earlier.read();
  EXPECT_DOUBLE_EQ(history.share_run("escalate", like({{"classify", "contract"}}), {})->share, 0.8);
  EXPECT_DOUBLE_EQ(history.share_run("escalate", like({{"classify", "invoice"}}), {})->share, 0.2);
  EXPECT_EQ(history.share_run("escalate", like({{"classify", "invoice"}}), {})->documents, 10);
  EXPECT_DOUBLE_EQ(history.share_run("escalate", like({}), {})->share, 11.0 / 21) << "any label";
  EXPECT_DOUBLE_EQ(history.share_run("escalate", like({{"classify", "letter"}}), {})->share, 11.0 / 21)
      << "one letter is too few";
  EXPECT_FALSE(history.share_run("another stage", like({}), {}));
}

TEST_F(PlanHistoryTest, DocumentsThatAskedAModelAreLikeEachOther) {
  for (int i = 0; i < 10; ++i) {
    const std::string path = "d" + std::to_string(i);
    earlier.add(path, "contract", i < 6);
    if (i < 6) earlier.add(call(path, "classify", "m"));
    if (i < 3) earlier.add(call(path, "classify", "large"));
  }
  const PlanHistory history = earlier.read();
  EXPECT_DOUBLE_EQ(history.share_run("escalate", like({}), {"classify"})->share, 1);
  EXPECT_DOUBLE_EQ(history.share_run("escalate", like({}), {})->share, 0.6);
  EXPECT_DOUBLE_EQ(history.share_asked("classify", "model", "other", {})->share, 0.5);
  EXPECT_FALSE(history.share_asked("classify", "nobody", "other", {}));
}

TEST_F(PlanHistoryTest, ADocumentGoesAsItWentBefore) {
  for (int i = 0; i < 10; ++i)
    earlier.add("d" + std::to_string(i), "contract", i < 3);
  const PlanHistory history = earlier.read();
  const auto share = [&](const char* path) { return *history.share_run("escalate", {path, {}}, {}); };
  EXPECT_EQ(share("d1").share, 1);
  EXPECT_EQ(share("d7").share, 0);
  EXPECT_TRUE(share("d7").is_own);
  EXPECT_DOUBLE_EQ(share("another").share, 0.3);
  EXPECT_FALSE(share("another").is_own);
}

TEST_F(PlanHistoryTest, LongDocumentsAreToldFromShortOnes) {
  for (int i = 1; i <= 20; ++i) {
    const std::string path = "d" + std::to_string(i);
    earlier.add(path, "contract", i > 12);
    LedgerCall asked = call(path, "classify", "m");
    asked.prompt_bytes = 1000 * i;
    earlier.add(asked);
  }
  const PlanHistory history = earlier.read();
  const auto share = [&](std::int64_t bytes) {
    return history.share_run("escalate", {"another", {}, bytes}, {"classify"})->share;
  };
  EXPECT_GT(share(18'000), 0.9);
  EXPECT_LT(share(4'000), 0.1);
}

/// Calls of 1,000, 2,000, ... bytes that took so many tokens.
TokenTrend trend(std::initializer_list<double> tokens) {
  TokenTrend made;
  for (const double taken : tokens) {
    const double bytes = 1000 * (made.calls + 1);
    made.add({1, bytes, taken, bytes * bytes, bytes * taken, taken * taken});
  }
  return made;
}

TEST(TokenTrendTest, ItIsTheLineThatTheCallsShow) {
  EXPECT_NEAR(trend({250, 500, 750, 1000}).at(10'000, 0.25), 2500, 1e-6);
  EXPECT_NEAR(trend({300, 300, 300, 300}).at(10'000, 0.12), 300, 1e-6) << "always the same";
  EXPECT_NEAR(trend({350, 600, 850, 1100}).at(10'000, 0.29), 2600, 1e-6)
      << "100 more than a token for 4 bytes";
}

TEST(TokenTrendTest, ItIsTheUsualSlopeWhereTheyShowNoOther) {
  EXPECT_NEAR(trend({40, 60, 38, 62, 41, 59}).at(100'000, 0), 50, 20);
  EXPECT_NEAR(trend({200, 900, 800}).at(2'000, 0.3), 1900.0 / 3, 1e-6) << "too few: the mean";
  EXPECT_NEAR(trend({200, 900, 800}).at(12'000, 0.3), 1900.0 / 3 + 3000, 1e-6);
  TokenTrend of_one_size;
  for (int i = 0; i < 9; ++i)
    of_one_size.add({1, 1000, 250, 1e6, 250e3, 62.5e3});
  EXPECT_NEAR(of_one_size.at(3'000, 0.25), 750, 1e-6);
  EXPECT_GE(trend({1, 2, 300, 4000}).at(1, 0.1), 0);
}

}  // namespace
}  // namespace docket
