#include <gtest/gtest.h>

#include "stages/stages.h"
#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;
using Reasons = std::vector<std::string>;

/// What escalate says of a record, under the given options.
StageResult escalate(const std::string& options, const json& record, const Reasons& when = {}) {
  const StageHarness harness("escalate", options);
  Document document;
  StageResult result;
  EXPECT_TRUE(harness.stage().advance(document, Turn{0, {}, record, when}, result));
  return result;
}

const json doubtful = {
    {"document", {{"path", "a.pdf"}}},
    {"extract", {{"grade", "poor"}}},
    {"classify", {{"label", nullptr}, {"confidence", 0.3}, {"accepted", false}}},
    {"structured_extract",
     {{"confidence", 0.5},
      {"accepted", false},
      {"missing", {"total", "currency"}},
      {"checks", {{"adds up", "failed"}, {"in time", "passed"}, {"no tax", "not_applicable"}}}}},
};

TEST(Escalate, FindsEveryBuiltInReasonByItself) {
  const StageResult result = escalate("", doubtful);
  EXPECT_EQ(result.state, StageResult::State::held);
  EXPECT_EQ(result.held, "no cloud backend");
  EXPECT_EQ(result.reasons, (Reasons{"unknown label: classify", "poor text layer",
                                     "low confidence: structured_extract", "missing required field: total",
                                     "missing required field: currency", "failed check: adds up"}));
}

TEST(Escalate, LooksOnlyForTheReasonsThatAreNamed) {
  EXPECT_EQ(escalate("reasons: [failed_check]", doubtful).reasons, Reasons{"failed check: adds up"});
  EXPECT_EQ(escalate("reasons: []", doubtful).state, StageResult::State::skipped);
}

TEST(Escalate, WithConditionsOfItsOwnTakesOnlyThose) {
  const std::string options = "when: {long contract: .extract.pages > 5}";
  EXPECT_EQ(escalate(options, doubtful).state, StageResult::State::skipped);
  const StageResult flagged = escalate(options, doubtful, {"long contract"});
  EXPECT_EQ(flagged.state, StageResult::State::held);
  EXPECT_EQ(flagged.reasons, Reasons{"long contract"});
}

TEST(Escalate, LetsASureRecordPass) {
  const json sure = {{"extract", {{"grade", "good"}}},
                     {"classify", {{"label", "invoice"}, {"confidence", 0.99}, {"accepted", true}}}};
  EXPECT_EQ(escalate("", sure).state, StageResult::State::skipped);
}

TEST(Escalate, HasTheStageDoneAgainByTheModelAndSaysWhatWas) {
  const StageHarness harness("classify",
                             "backends: rules\n"
                             "labels: { invoice: , letter: }\n",
                             "", "  - escalate:\n      backend: model\n");
  Document document;
  document.text = std::make_shared<Text>(Text{{{0, 0, "a page", {}}}});
  const json record = {{"classify",
                        {{"label", "letter"},
                         {"confidence", 0.4},
                         {"accepted", false},
                         {"tier", "rules"},
                         {"scores", {{"letter", 0.4}}}}}};
  StageResult result;
  auto requests = harness.stage().advance(document, Turn{0, {}, record, {}}, result);
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 1U);
  EXPECT_EQ(requests->front().backend, "model");
  EXPECT_EQ(result.reasons, Reasons{"low confidence: classify"});
  const std::vector<Reply> replies = {{Answer{{{"label", "invoice"}}}}};
  requests = harness.stage().advance(document, Turn{1, replies, record, {}}, result);
  ASSERT_TRUE(requests);
  EXPECT_TRUE(requests->empty());
  EXPECT_EQ(result.output["replaces"], "classify");
  EXPECT_EQ(result.output["before"]["label"], "letter");
  EXPECT_EQ(result.output["answer"]["label"], "invoice");
  EXPECT_EQ(result.output["answer"]["lower_tiers"][0]["tier"], "rules");
}

TEST(Escalate, WantsAModelAndSomethingToRedo) {
  EXPECT_THROW(StageHarness("escalate", "backend: rules"), std::invalid_argument);
  EXPECT_THROW(StageHarness("escalate", "backend: model"), std::invalid_argument) << "only extract is before";
}

}  // namespace
}  // namespace docket
