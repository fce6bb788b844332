#include "pipeline/complexity.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using nlohmann::json;

/// Of a record with such members.
json complexity_of(const char* record, const ComplexityRule& rule = {}) {
  const json parsed = json::parse(record);
  std::vector<StageOutput> outputs;
  for (const auto& [stage, output] : parsed.items())
    outputs.push_back({stage, output});
  return complexity(outputs, rule);
}

double score(const char* record, const ComplexityRule& rule = {}) {
  return complexity_of(record, rule)["score"];
}

TEST(Complexity, IsUnknownWhereNothingTells) {
  EXPECT_TRUE(complexity_of("{}").is_null());
  EXPECT_TRUE(complexity_of(R"({"classify": {"label": "invoice", "confidence": 1}})").is_null());
  EXPECT_TRUE(complexity_of(R"({"odd": {"pages": 3}, "text": "x", "none": null})").is_null());
}

TEST(Complexity, ShowsTheSignalsThatItIsMadeOf) {
  const json whole = complexity_of(
      R"({"extract": {"characters": 20000, "pages": 10, "tables": 3, "grade": "poor", "language": "fr"},
          "fields": {"missing": ["a", "b"], "details": {
              "a": {"accepted": false, "problem": "not found"},
              "c": {"accepted": false, "evidence": {"quote": "x"}},
              "d": {"accepted": false, "rows": []},
              "e": {"accepted": true, "evidence": {"quote": "x"}},
              "f": {"accepted": false, "problem": "not found"}}}})");
  EXPECT_EQ(whole["signals"], json::parse(R"({"length": 20000, "pages": 10, "tables": 3, "text_grade": "poor",
                                              "language": "fr", "doubtful_fields": 4})"))
      << "a field that is not there and need not be is in no doubt";
  const double simple = (1 - 0.25) * (1 - 0.25) * (1 - 0.15) * (1 - 0.7 * 0.6) * (1 - 0.6 * 4 / 7);
  EXPECT_NEAR(whole["score"].get<double>(), 1 - simple, 0.00005);
}

TEST(Complexity, GrowsWithEachSignal) {
  const double plain = score(R"({"x": {"characters": 1500, "pages": 1, "tables": 1, "grade": "good"}})");
  EXPECT_LT(plain, 0.2) << "an invoice";
  for (
      const char* harder :
      {R"({"x": {"characters": 90000, "pages": 1, "tables": 1, "grade": "good"}})",
       R"({"x": {"characters": 1500, "pages": 9, "tables": 1, "grade": "good"}})",
       R"({"x": {"characters": 1500, "pages": 1, "tables": 4, "grade": "good"}})",
       R"({"x": {"characters": 1500, "pages": 1, "tables": 1, "grade": "none"}})",
       R"({"x": {"characters": 1500, "pages": 1, "tables": 1, "grade": "good"}, "y": {"details": {}, "missing": [1]}})"})
    EXPECT_GT(score(harder), plain) << harder;
  EXPECT_GT(score(R"({"x": {"characters": 125000, "pages": 50, "tables": 0, "grade": "good"}})"), 0.6)
      << "a contract";
}

TEST(Complexity, AWeightIsWhatItsSignalAloneCanGive) {
  ComplexityRule rule;
  rule.length = rule.pages = rule.tables = 0;
  EXPECT_EQ(score(R"({"x": {"characters": 90000, "pages": 90, "tables": 9, "grade": "none"}})", rule), 0.7);
  rule.text_grade = 1;
  EXPECT_EQ(score(R"({"x": {"characters": 0, "pages": 1, "grade": "none"}})", rule), 1);
  rule.text_grade = 0;
  EXPECT_EQ(score(R"({"x": {"characters": 90000, "pages": 90, "tables": 9, "grade": "none"}})", rule), 0);
}

TEST(Complexity, ALanguageThatNobodyKnowsIsHarder) {
  const char* french = R"({"x": {"characters": 0, "language": "fr"}})";
  ComplexityRule rule;
  EXPECT_EQ(score(french, rule), 0) << "nobody has said which are known";
  rule.known_languages = {"en", "de"};
  EXPECT_EQ(score(french, rule), 0.5);
  EXPECT_EQ(score(R"({"x": {"characters": 0, "language": "de"}})", rule), 0);
  EXPECT_EQ(score(R"({"x": {"characters": 0}})", rule), 0) << "not known";
}

TEST(Complexity, AClassifiersLabelHasItsPlaceInTheOrder) {
  ComplexityRule rule;
  rule.classifier = "triage";
  rule.label_order = {"routine", "usual", "hard"};
  rule.label = 0.8;
  EXPECT_EQ(score(R"({"triage": {"label": "routine", "accepted": true}})", rule), 0);
  EXPECT_EQ(score(R"({"triage": {"label": "usual", "accepted": true}})", rule), 0.4);
  EXPECT_EQ(score(R"({"triage": {"label": "hard", "accepted": true}})", rule), 0.8);
  EXPECT_EQ(score(R"({"triage": {"label": "another", "accepted": true}})", rule), 0);
  EXPECT_TRUE(complexity_of(R"({"triage": {"label": "hard", "accepted": false}})", rule).is_null());
  EXPECT_TRUE(complexity_of(R"({"triage": {"label": null}})", rule).is_null());
  EXPECT_TRUE(complexity_of(R"({"classify": {"label": "hard", "accepted": true}})", rule).is_null());
}

TEST(Complexity, OddOutputsDoNoHarm) {
  EXPECT_EQ(score(R"({"x": {"characters": 5, "pages": "many", "grade": 7, "tables": -3, "language": []}})"),
            score(R"({"x": {"characters": 5}})"));
  EXPECT_EQ(score(R"({"x": {"details": {"a": 1, "b": null, "c": []}, "missing": "all"}})"), 0);
}

}  // namespace
}  // namespace docket
