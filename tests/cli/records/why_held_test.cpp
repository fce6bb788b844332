#include "cli/records/why_held.h"

#include <gtest/gtest.h>

#include "cli/records/not_accepted.h"
#include "tests/project.h"

namespace docket {
namespace {

/// Of a pipeline with the stages extract, classify, structured_extract and escalate.
class WhyHeld : public testing::Test {
 protected:
  const Pipeline pipeline = *Project().pipeline().pipeline;
  nlohmann::json record = nlohmann::json::parse(R"({
    "classify": {"label": "invoice", "confidence": 0.99, "accepted": true},
    "structured_extract": {"accepted": false, "fields": {"total": 119.0, "seller": "A Ltd", "due": null},
      "details": {
        "seller": {"confidence": 0.39, "accepted": false, "signals": {"label_strength": 0.2}},
        "total": {"confidence": 0.33, "accepted": false, "signals": {"runner_up": 100.0}},
        "due": {"confidence": 0.45, "accepted": false}}},
    "reasons": ["low confidence: structured_extract", "failed check: totals add up"],
    "held": "no cloud backend"})");
};

TEST_F(WhyHeld, NamesTheWeakestAnswersFirst) {
  const std::string weakest =
      "total 0.33 < 0.50, two candidates 119.0 and 100.0; seller 0.39 < 0.50, no clear label stands at it";
  EXPECT_EQ(weakest_answers(record, pipeline), weakest) << "an optional field that is not there says little";
  EXPECT_EQ(weakest_answers(record, pipeline, 1),
            "total 0.33 < 0.50, two candidates 119.0 and 100.0; 1 more answer");
  EXPECT_EQ(weakest_answers(nlohmann::json::object(), pipeline), "");
  EXPECT_EQ(weakest_answers(nlohmann::json(), pipeline), "");
}

TEST_F(WhyHeld, WhatDecidesStandsFirst) {
  nlohmann::json& answer = record["structured_extract"];
  answer["missing"] = {"due"};
  answer["details"]["seller"]["signals"]["checks_failed"] = {"adds up"};
  answer["details"]["buyer"] = {{"confidence", 0.0}, {"accepted", false}};
  EXPECT_EQ(
      weakest_answers(record, pipeline, 3),
      "seller 0.39 < 0.50, fails the check 'adds up'; due: not found; total 0.33 < 0.50, two candidates "
      "119.0 and 100.0");
  answer["details"].erase("seller");
  answer["details"].erase("due");
  answer["details"].erase("total");
  EXPECT_EQ(weakest_answers(record, pipeline), "buyer: not found") << "where there is nothing else";
  const std::vector<WeakAnswer> weak = weak_answers(record, pipeline);
  ASSERT_EQ(weak.size(), 1u);
  EXPECT_FALSE(weak.front().is_decisive);
}

TEST_F(WhyHeld, NothingDecidesInAnAnswerThatIsAccepted) {
  record["structured_extract"]["accepted"] = true;
  for (const WeakAnswer& weak : weak_answers(record, pipeline))
    EXPECT_FALSE(weak.is_decisive) << weak.field;
}

TEST_F(WhyHeld, PutsNumbersInPlaceOfLowConfidence) {
  record["structured_extract"]["details"].erase("seller");
  record["structured_extract"]["details"].erase("due");
  EXPECT_EQ(why_held(record, pipeline),
            "failed check: totals add up; total 0.33 < 0.50, two candidates 119.0 and 100.0");
}

TEST_F(WhyHeld, SaysOnceWhichCheckFailed) {
  record["structured_extract"]["details"].erase("due");
  for (auto& [field, detail] : record["structured_extract"]["details"].items())
    detail["signals"]["checks_failed"] = {"totals add up"};
  EXPECT_EQ(why_held(record, pipeline),
            "failed check: totals add up; total 0.33 < 0.50, two candidates 119.0 and 100.0; seller 0.39 < "
            "0.50, no clear label stands at it");
}

TEST_F(WhyHeld, SaysTheAmountsOfABudget) {
  EXPECT_EQ(why_held({{"held", "budget: the run's limit is reached"},
                      {"held_detail", "$1.00 of $1.00 are spent"},
                      {"reasons", {"always"}}},
                     pipeline),
            "$1.00 of $1.00 are spent; always");
}

TEST_F(WhyHeld, SaysWhatReleases) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(release_of("offline", "p.yaml"), Lines{"`docket run p.yaml` without --offline"});
  EXPECT_NE(release_of("budget: the day's limit is reached", "p.yaml")[0].find("tomorrow"),
            std::string::npos);
  const std::string release = "give the stage a cloud `backend:`";
  EXPECT_EQ(release_of("no cloud backend", "p.yaml"),
            (Lines{release, "to accept as it is: `docket ack p.yaml DOCUMENT`"}));
  EXPECT_EQ(release_of("no cloud backend", "p.yaml", "a.pdf"),
            (Lines{release, "to accept as it is: `docket ack p.yaml a.pdf`"}));
  EXPECT_EQ(release_of("no cloud backend", "p.yaml", ""), Lines{release}) << "it is accepted already";
}

}  // namespace
}  // namespace docket
