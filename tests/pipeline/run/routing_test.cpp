#include "pipeline/run/routing.h"

#include <gtest/gtest.h>

#include "pipeline/pipeline.h"
#include "pipeline/registry.h"

namespace docket {
namespace {

using State = StageResult::State;

/// The decisions on a document whose only stage ended so, without what all lines begin with.
std::vector<std::string> decisions(const StageResult& result, bool decides_on_reasons = false) {
  StageType type{};
  type.decides_on_reasons = decides_on_reasons;
  std::vector<StageConfig> stages(1);
  stages[0].id = "sort";
  stages[0].type = &type;
  Document document;
  document.path = "a.txt";
  document.stages.push_back(result);
  std::vector<std::string> lines;
  const std::string beginning = R"({"docket":1,"document":"a.txt","stage":"sort","decision":)";
  for_each_decision(document, stages, [&](std::string_view line) {
    EXPECT_EQ(line.substr(0, beginning.size()), beginning);
    lines.emplace_back(line.substr(beginning.size()));
  });
  return lines;
}

using Lines = std::vector<std::string>;

TEST(Routing, SaysWhatBecameOfAStage) {
  StageResult result;
  EXPECT_EQ(decisions(result), Lines{R"("not_reached","why":"","reasons":[]})"});
  result.left_out = true;
  EXPECT_EQ(decisions(result), Lines{R"("left_out","why":"","reasons":[]})"});
  result = {};
  result.state = State::skipped;
  EXPECT_EQ(decisions(result), Lines{R"("skipped","why":"its conditions are false","reasons":[]})"});
  result = {};
  result.state = State::failed;
  result.error = Error{ErrorClass::content, "no JSON"};
  EXPECT_EQ(decisions(result), Lines{R"("failed","why":"no JSON","reasons":[]})"});
  result = {};
  result.state = State::held;
  result.held = "budget: the run's limit is reached";
  result.held_detail = "$0.99 of $1.00";
  result.reasons = {"large sum"};
  EXPECT_EQ(decisions(result), Lines{R"("held","why":"budget: the run's limit is reached",)"
                                     R"("detail":"$0.99 of $1.00","reasons":["large sum"]})"});
}

TEST(Routing, SaysWhoAnsweredAndWhoWasPassedOver) {
  StageResult result;
  result.state = State::done;
  result.origin.why = "new";
  result.output = {{"label", "a"},
                   {"tier", "near"},
                   {"confidence", 0.9},
                   {"accepted", true},
                   {"passed_over", {{{"tier", "small"}, {"class", "too_long"}, {"message", "too long"}}}}};
  EXPECT_EQ(decisions(result),
            (Lines{R"("passed_over","why":"too long","tiers":["small"]})",
                   R"("runs","why":"new","reasons":[],"tiers":["near"],"confidence":0.9,"accepted":true})"}));
  result.origin.taken = true;
  EXPECT_EQ(decisions(result)[1],
            R"("kept","why":"its stored result was used","reasons":[],"tiers":["near"],)"
            R"("confidence":0.9,"accepted":true})");
}

TEST(Routing, SaysWhatAnEscalatedAnswerCameTo) {
  StageResult result;
  result.state = State::done;
  result.reasons = {"large sum"};
  result.output = {{"replaces", "look"}};
  result.replaces = {
      "look",
      {{"fields", {{"x", 1}, {"y", 2}, {"z", 3}}},
       {"details", {{"x", {{"tier", "near"}}}, {"y", {{"tier", "cloud"}}}, {"z", {{"tier", "cloud"}}}}},
       {"confidence", 0.8}}};
  EXPECT_EQ(
      decisions(result, true),
      Lines{R"("escalated","why":"","reasons":["large sum"],"tiers":["cloud","near"],"confidence":0.8})"});
}

TEST(Routing, ReadsNoTierOutOfWhatIsNoAnswer) {
  for (const char* output : {"null", "[]", "\"tier\"", R"({"tier": 5})", R"({"fields": 1, "details": {}})",
                             R"({"fields": {"x": 1}, "details": {"x": 2}})",
                             R"({"fields": {"x": null}, "details": {"x": {"tier": "near"}}})"})
    EXPECT_TRUE(tiers_of(nlohmann::json::parse(output)).empty()) << output;
}

TEST(Routing, AnAnswerThatNamesNoTierIsOfWhoWasAskedLast) {
  Spending spent;
  spent.add({"near", "n", {.calls = 1}});
  spent.add({"cloud", "c", {.calls = 1}});
  EXPECT_EQ(tiers_of({{"text", "short"}}, spent), (std::map<std::string, std::int64_t>{{"cloud", 1}}));
  EXPECT_TRUE(tiers_of({{"fields", {{"x", nullptr}}}, {"details", nlohmann::json::object()}}, spent).empty());
}

}  // namespace
}  // namespace docket
