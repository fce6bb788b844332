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
  for_each_decision(document, stages, {}, [&](std::string_view line) {
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

TEST(Routing, SaysByWhatAStageWithACapChose) {
  StageResult result;
  result.state = State::held;
  result.held = "cap: at_most";
  result.reasons = {"low confidence: sort"};
  result.severity = Severity{0.4, 0.2};
  EXPECT_EQ(decisions(result, true),
            Lines{R"("held","why":"cap: at_most","reasons":["low confidence: sort"],"doubt":0.4})"});
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

/// Of three stages that follow each other; a document that was put aside has `earlier` ones.
Lines decisions_after_reading(const std::vector<EarlierWork>& earlier, const ComplexityRule& rule = {}) {
  StageType type{};
  Document document;
  document.path = "a.txt";
  document.earlier = earlier;
  std::vector<StageConfig> stages(3);
  const char* ids[] = {"read", "sort", "look"};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stages[i].id = ids[i];
    stages[i].type = &type;
    if (i > 0) stages[i].after = {i - 1};
    StageResult& result = document.stages.emplace_back();
    result.state = State::done;
    result.origin.taken = true;
  }
  document.stages[0].output = {{"characters", 20'000}};
  document.stages[1].output = {{"label", "a"}, {"tier", "rules"}, {"accepted", true}};
  Lines lines;
  for_each_decision(document, stages, rule, [&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}

TEST(Routing, SaysHowHardTheDocumentWasForTheConditionsOfTheStage) {
  const auto complexity = [](const std::string& line) { return nlohmann::json::parse(line)["complexity"]; };
  const Lines lines = decisions_after_reading({});
  EXPECT_EQ(complexity(lines[0]), nullptr) << "nothing was read before";
  EXPECT_EQ(complexity(lines[1]).dump(), R"({"score":0.25,"signals":{"length":20000}})");
  EXPECT_EQ(complexity(lines[2]), complexity(lines[1])) << "no classifier is named";
  ComplexityRule rule;
  rule.length = 0;
  rule.classifier = "sort";
  rule.label_order = {"b", "a"};
  EXPECT_EQ(complexity(decisions_after_reading({}, rule)[1])["score"], 0.0);
  EXPECT_EQ(complexity(decisions_after_reading({}, rule)[2])["score"], 0.9) << "the label is known by now";
}

TEST(Routing, WhatRanBeforeTheDocumentWasPutAsideWasNotKept) {
  std::vector<EarlierWork> earlier(3);
  earlier[1] = {.ran = true, .why = "new", .wall_ns = 1, .spent = {}};
  const Lines lines = decisions_after_reading(earlier);
  const auto decision = [&](std::size_t i) {
    const nlohmann::json line = nlohmann::json::parse(lines[i]);
    return line.value("decision", "") + ": " + line.value("why", "");
  };
  EXPECT_EQ(decision(0), "kept: its stored result was used");
  EXPECT_EQ(decision(1), "runs: new");
  EXPECT_EQ(decision(2), "kept: its stored result was used");
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
