#include <gtest/gtest.h>

#include <sstream>

#include "stages/stages.h"
#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;
using Reasons = std::vector<std::string>;

constexpr const char* label_options = "backends: rules\nlabels: { invoice: , letter: }\n";

/// What escalate says of a record, under the given options, after one stage of each other type.
StageResult escalate(const std::string& options, const json& record, const Reasons& when = {}) {
  std::string more = "  - escalate:\n";
  std::istringstream lines(options);
  for (std::string line; std::getline(lines, line);)
    more += "      " + line + "\n";
  const StageHarness harness("classify", label_options,
                             R"({"type": "object", "properties": {"total": {"type": "number"}}})",
                             "  - structured-extract: { backends: rules, schema: schema.json }\n" + more);
  Document document;
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  EXPECT_TRUE(harness.stage().advance(document, Turn{0, {}, record, when, progress}, result));
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
  const StageHarness harness("classify", label_options, "", "  - escalate:\n      backend: model\n");
  Document document;
  document.text = std::make_shared<Text>(Text{{{0, 0, "a herring", {}}}});
  const json record = {{"classify",
                        {{"label", "letter"},
                         {"confidence", 0.4},
                         {"accepted", false},
                         {"tier", "rules"},
                         {"scores", {{"letter", 0.4}}}}}};
  StageResult result;
  std::unique_ptr<StageProgress> progress;
  auto requests = harness.stage().advance(document, Turn{0, {}, record, {}, progress}, result);
  ASSERT_TRUE(requests);
  ASSERT_EQ(requests->size(), 1U);
  EXPECT_EQ(requests->front().backend, "model");
  EXPECT_EQ(result.reasons, Reasons{"low confidence: classify"});
  const std::vector<Reply> replies = {{Answer{{{"label", "invoice"}, {"quote", "herring"}}}}};
  requests = harness.stage().advance(document, Turn{1, replies, record, {}, progress}, result);
  ASSERT_TRUE(requests);
  EXPECT_TRUE(requests->empty());
  const json before = {{"label", "letter"}, {"confidence", 0.4}, {"accepted", false}, {"tier", "rules"}};
  EXPECT_EQ(result.output, (json{{"replaces", "classify"}, {"before", before}}));
  ASSERT_TRUE(result.replaces);
  EXPECT_EQ(result.replaces->stage, "classify");
  EXPECT_EQ(result.replaces->answer["label"], "invoice");
  EXPECT_EQ(result.replaces->answer["lower_tiers"][0]["tier"], "rules");
}

TEST(Escalate, ReportsATierThatTheDocumentWasTooLongFor) {
  const json passed = {{"tier", "small"}, {"class", "too_long"}, {"message", ""}};
  const json record = {{"structured_extract", {{"accepted", true}, {"passed_over", json::array({passed})}}}};
  EXPECT_EQ(escalate("", record).reasons, Reasons{"too long: structured_extract"});
}

TEST(Escalate, AsksTheTypeOfAStageAndNotTheShapeOfItsOutput) {
  const json record = {{"document", {{"grade", "poor"}}},
                       {"extract", {{"grade", "good"}, {"label", nullptr}, {"accepted", false}}}};
  EXPECT_EQ(escalate("", record).state, StageResult::State::skipped);
}

TEST(Escalate, CanHaveDoneAgainWhatDeclaresIt) {
  for (const StageType& type : stages::all())
    EXPECT_EQ(type.redo.make != nullptr, type.redo.summary != nullptr) << type.name;
  EXPECT_THROW(
      StageHarness("classify", label_options, "", "  - escalate: { backend: model, redo: extract }\n"),
      std::invalid_argument);
}

TEST(Escalate, WantsAModelAndSomethingToRedo) {
  EXPECT_THROW(StageHarness("escalate", "backend: rules"), std::invalid_argument);
  EXPECT_THROW(StageHarness("escalate", "backend: model"), std::invalid_argument) << "only extract is before";
}

}  // namespace
}  // namespace docket
