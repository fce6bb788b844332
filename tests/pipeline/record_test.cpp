#include "pipeline/record.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace docket {
namespace {

using nlohmann::json;

/// Two stages, of which the second has replaced the answer of the first.
struct Replaced {
  Replaced() {
    stages.push_back(fake_stage_config("first", {}, {}));
    stages.push_back(fake_stage_config("second", {0}, {}));
    document.stages.resize(2);
    document.stages[0].output = {{"label", "letter"}};
    document.stages[1].output = {{"before", "letter"}};
    document.stages[1].replaces = {"first", {{"label", "invoice"}}};
    for (StageResult& result : document.stages)
      result.state = StageResult::State::done;
  }
  std::vector<StageConfig> stages;
  Document document;
};

TEST(Record, ShowsAnAnswerInThePlaceOfTheOneThatItReplaces) {
  const Replaced replaced;
  const nlohmann::ordered_json shown = record(replaced.document, replaced.stages);
  EXPECT_EQ(shown["first"].dump(), R"({"label":"invoice"})");
  EXPECT_EQ(shown["second"].dump(), R"({"before":"letter"})");
}

TEST(Record, OfTheStagesBeforeHasTheNewAnswerOnceItIsThere) {
  const Replaced replaced;
  const std::vector<std::size_t> one = {0}, both = {0, 1};
  EXPECT_EQ(record_before(replaced.document, replaced.stages, one)["first"]["label"], "letter");
  EXPECT_EQ(record_before(replaced.document, replaced.stages, both)["first"]["label"], "invoice");
}

TEST(Record, ComplexityIsOfWhatTheStagesBeforeSaidThemselves) {
  Replaced replaced;
  replaced.document.stages[0].output = {{"details", json::object()}, {"missing", {"a", "b", "c"}}};
  replaced.document.stages[1].replaces = {"first", {{"details", json::object()}, {"missing", json::array()}}};
  const std::vector<std::size_t> none, one = {0}, both = {0, 1};
  EXPECT_FALSE(record_before(replaced.document, replaced.stages, none).contains("complexity"));
  const json before = record_before(replaced.document, replaced.stages, one)["complexity"];
  EXPECT_EQ(before["signals"]["doubtful_fields"], 3);
  EXPECT_EQ(before["score"], 0.3);
  EXPECT_EQ(record_before(replaced.document, replaced.stages, both)["complexity"], before);
  EXPECT_EQ(record(replaced.document, replaced.stages)["complexity"].dump(), before.dump());
  ComplexityRule rule;
  rule.doubtful_fields = 1;
  EXPECT_EQ(record_before(replaced.document, replaced.stages, one, rule)["complexity"]["score"], 0.5);
}

TEST(Record, VerdictsAreOfTheAnswersThatItShows) {
  Replaced replaced;
  replaced.document.stages[0].output["accepted"] = false;
  replaced.document.stages[1].replaces->answer["accepted"] = true;
  EXPECT_EQ(verdicts_of(replaced.document, replaced.stages).dump(), R"({"first":true})");
  replaced.document.stages[1].replaces->answer["accepted"] = false;
  EXPECT_EQ(verdicts_of(replaced.document, replaced.stages).dump(), R"({"first":false})");
  replaced.document.stages[1].state = StageResult::State::held;
  EXPECT_TRUE(verdicts_of(replaced.document, replaced.stages).is_null());
}

TEST(Record, AnOutputThatOnlyLooksLikeAReplacementIsShownAsItIs) {
  Replaced replaced;
  replaced.document.stages[1].replaces.reset();
  replaced.document.stages[1].output = {{"replaces", "first"}, {"answer", 1}};
  const nlohmann::ordered_json shown = record(replaced.document, replaced.stages);
  EXPECT_EQ(shown["first"]["label"], "letter");
  EXPECT_EQ(shown["second"]["answer"], 1);
}

}  // namespace
}  // namespace docket
