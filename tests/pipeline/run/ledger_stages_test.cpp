#include "pipeline/run/ledger_stages.h"

#include <gtest/gtest.h>

#include "pipeline/pipeline.h"
#include "pipeline/support/digest.h"
#include "tests/fakes.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

using nlohmann::json;

TEST(LedgerStages, KeepAReplacementInItsStoredFormAndTakeItBack) {
  const TempDir dir;
  auto ledger = Ledger::open(dir.path());
  ASSERT_TRUE(ledger);
  const std::vector<LedgerConfiguration> configurations = {{"c", "again", "{}"}};
  ASSERT_FALSE((*ledger)->begin_run({}, configurations));
  std::vector<StageConfig> pipeline;
  pipeline.push_back(fake_stage_config("again", {}, {}));
  LedgerStages store(**ledger, pipeline, configurations, StageDecider::Use::all);
  Document document;
  document.stages.resize(1);
  const auto decision = store.begin(document, 0, [] {});
  ASSERT_TRUE(decision);
  ASSERT_EQ(decision->what, StageDecision::What::runs);
  StageResult& result = document.stages[0];
  result.state = StageResult::State::done;
  result.output = {{"before", {{"label", "letter"}}}};
  result.replaces = {"first", {{"label", "invoice"}}};
  store.ended(document, 0);
  ASSERT_FALSE((*ledger)->flush());
  const auto kept = (*ledger)->result(result.origin.key);
  ASSERT_TRUE(kept && *kept);
  const json stored = {
      {"replaces", "first"}, {"before", {{"label", "letter"}}}, {"answer", {{"label", "invoice"}}}};
  EXPECT_EQ((*kept)->output, stored);
  EXPECT_EQ(result.origin.digest, short_digest(json_to_text(stored))) << "keys of earlier ledgers hold";

  Document other;
  other.stages.resize(1);
  const auto again = store.begin(other, 0, [] {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->what, StageDecision::What::kept);
  ASSERT_TRUE(other.stages[0].replaces);
  EXPECT_EQ(other.stages[0].replaces->answer, stored["answer"]);
  EXPECT_EQ(other.stages[0].origin.digest, result.origin.digest);
}

}  // namespace
}  // namespace docket
