#include "pipeline/ledger/stages.h"

#include <gtest/gtest.h>

#include "pipeline/pipeline.h"
#include "pipeline/support/digest.h"
#include "tests/fakes.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

using nlohmann::json;

/// As ledgers hold it since the first version.
const json stored = {
    {"replaces", "first"}, {"before", {{"label", "letter"}}}, {"answer", {{"label", "invoice"}}}};

TEST(LedgerStages, ReadAReplacementFromItsStoredForm) {
  Document document;
  document.stages.resize(1);
  StoredResult result;
  result.state = StageResult::State::done;
  result.output = stored;
  take_result(document, 0, result);
  const StageResult& taken = document.stages[0];
  EXPECT_EQ(taken.output, (json{{"replaces", "first"}, {"before", {{"label", "letter"}}}}));
  ASSERT_TRUE(taken.replaces);
  EXPECT_EQ(taken.replaces->stage, "first");
  EXPECT_EQ(taken.replaces->answer, stored["answer"]);
  note_digests(document, 0, false);
  EXPECT_EQ(taken.origin.digest, short_digest(json_to_text(stored))) << "keys of earlier ledgers hold";
}

TEST(LedgerStages, LeaveAnOutputAloneThatReplacesNothing) {
  for (const json& output : {json(nullptr), json(7), json{{"answer", 1}}, json{{"replaces", "first"}},
                             json{{"replaces", 1}, {"answer", 2}}}) {
    Document document;
    document.stages.resize(1);
    StoredResult result;
    result.output = output;
    take_result(document, 0, result);
    EXPECT_EQ(document.stages[0].output, output);
    EXPECT_FALSE(document.stages[0].replaces);
  }
}

TEST(LedgerStages, KeepAReplacementInItsStoredForm) {
  const TempDir dir;
  auto ledger = Ledger::open(dir.path());
  ASSERT_TRUE(ledger);
  const std::vector<LedgerConfiguration> configurations = {{"c", "again", "{}"}};
  ASSERT_FALSE((*ledger)->begin_run({}, configurations));
  std::vector<StageConfig> pipeline;
  pipeline.push_back(fake_stage_config("again", {}, {}));
  LedgerStages store(**ledger, pipeline, configurations, LedgerStages::Use::all);
  Document document;
  document.stages.resize(1);
  const auto found = store.begin(document, 0, {}, [] {});
  ASSERT_TRUE(found);
  ASSERT_EQ(*found, StageStore::Found::nothing);
  StageResult& result = document.stages[0];
  result.state = StageResult::State::done;
  result.output = {{"before", {{"label", "letter"}}}};
  result.replaces = {"first", {{"label", "invoice"}}};
  store.ended(document, 0);
  ASSERT_FALSE((*ledger)->flush());
  const auto kept = (*ledger)->result(result.origin.key);
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->output, stored);
}

}  // namespace
}  // namespace docket
