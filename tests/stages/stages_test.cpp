// What the types of stages declare of themselves.
#include "stages/stages.h"

#include <gtest/gtest.h>

#include "stages/doubts.h"
#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr const char* label_settings = "backends: rules\nlabels: { invoice: , letter: }\n";

std::vector<std::string> doubts(const StageHarness& harness, const json& output) {
  std::vector<std::string> said;
  for (const Doubt& doubt : harness.pipeline().type->doubts("s", output))
    said.push_back(std::string(doubt.kind) + " | " + stages::reason_of(doubt));
  return said;
}

TEST(StageTypes, ReadTheRecordOnlyWithAPromptOfTheUsersOwn) {
  const TempDir dir;
  const std::string prompt = dir.write("task.mustache", "{{#labels}}{{name}}{{/labels}}").string();
  const StageReads plain = reads_of(StageHarness("classify", label_settings).pipeline());
  const StageReads own =
      reads_of(StageHarness("classify", label_settings + ("prompt: '" + prompt + "'\n")).pipeline());
  EXPECT_TRUE(plain.text && !plain.record && !plain.file);
  EXPECT_TRUE(own.text && own.record && !own.file);
}

TEST(StageTypes, AClassificationDoubtsItsLabelOrItsConfidence) {
  const StageHarness harness("classify", label_settings);
  using Said = std::vector<std::string>;
  EXPECT_EQ(doubts(harness, {{"label", "invoice"}, {"accepted", true}}), Said{});
  EXPECT_EQ(doubts(harness, {{"label", "invoice"}, {"accepted", false}}),
            Said{"low_confidence | low confidence: s"});
  EXPECT_EQ(doubts(harness, {{"label", nullptr}, {"accepted", false}}),
            Said{"unknown_label | unknown label: s"});
}

TEST(StageTypes, ALabelIsDoubtedForItsQuoteAndForWhatOthersSay) {
  const StageHarness harness("classify", label_settings);
  using Said = std::vector<std::string>;
  const auto with = [](const json& more) {
    json output = {{"label", "invoice"}, {"confidence", 0.9}, {"accepted", true}};
    output.update(more);
    return output;
  };
  const auto lower = [](const json& label, double confidence) {
    return json{{"lower_tiers", {{{"tier", "t"}, {"label", label}, {"confidence", confidence}}}}};
  };
  EXPECT_EQ(doubts(harness, with({{"signals", {{"evidence_found", false}}}})),
            Said{"evidence_not_found | evidence not found: s"});
  EXPECT_EQ(doubts(harness, with(lower("letter", 0.6))), Said{"tiers_disagree | tiers disagree: s"});
  EXPECT_EQ(doubts(harness, with(lower("letter", 0.4))), Said{}) << "more likely wrong than right";
  EXPECT_EQ(doubts(harness, with(lower("invoice", 0.6))), Said{});
  EXPECT_EQ(doubts(harness, with(lower(nullptr, 0.9))), Said{});
}

TEST(StageTypes, AValueIsDoubtedForItsSchemaItsQuoteAndForWhatOthersSay) {
  const StageHarness harness("structured-extract", "backends: rules\nschema: schema.json\n",
                             R"({"type": "object", "properties": {"total": {"type": "number"}}})");
  using Said = std::vector<std::string>;
  const auto with = [](const json& value, const json& detail) {
    return json{{"accepted", true}, {"fields", {{"total", value}}}, {"details", {{"total", detail}}}};
  };
  const json bad_quote = {{"signals", {{"evidence_found", false}}}};
  EXPECT_EQ(doubts(harness, with(1, {{"signals", {{"schema_valid", false}}}})),
            Said{"schema_failure | schema failure: total"});
  EXPECT_EQ(doubts(harness, with(1, bad_quote)), Said{"evidence_not_found | evidence not found: total"});
  EXPECT_EQ(doubts(harness, with(1, {{"signals", {{"value_in_quote", false}}}})),
            Said{"evidence_not_found | evidence not found: total"});
  EXPECT_EQ(doubts(harness, with({1}, {{"rows", {bad_quote}}})),
            Said{"evidence_not_found | evidence not found: total"});
  EXPECT_EQ(doubts(harness, with(1, {{"signals", {{"agreement", 0.2}}}})),
            Said{"tiers_disagree | tiers disagree: total"});
  EXPECT_EQ(doubts(harness, with(1, {{"signals", {{"agreement", 0.9}}}})), Said{});
  EXPECT_EQ(doubts(harness, with(nullptr, {{"problem", "not found"}})), Said{});
}

TEST(StageTypes, FieldsAreDoubtedOneByOne) {
  const StageHarness harness("structured-extract", "backends: rules\nschema: schema.json\n",
                             R"({"type": "object", "properties": {"total": {"type": "number"}}})");
  const json output = {
      {"accepted", false},
      {"missing", {"total"}},
      {"checks", {{"adds up", "failed"}, {"in time", "passed"}}},
      {"passed_over", {{{"tier", "a"}, {"class", "too_long"}}, {{"tier", "b"}, {"class", "content"}}}}};
  EXPECT_EQ(doubts(harness, output),
            (std::vector<std::string>{"low_confidence | low confidence: s",
                                      "schema_failure | schema failure: s", "too_long | too long: s",
                                      "missing_required_field | missing required field: total",
                                      "failed_check | failed check: adds up"}));
}

TEST(StageTypes, SumUpWhatIsReplaced) {
  const json output = {{"label", "invoice"}, {"confidence", 0.5}, {"accepted", false},
                       {"tier", "t"},        {"problems", {"p"}}, {"scores", {{"invoice", 0.5}}}};
  for (const StageType& type : stages::all()) {
    if (type.redo.summary == nullptr) continue;
    const json summary = type.redo.summary(output);
    EXPECT_TRUE(summary.contains("confidence") && summary.contains("accepted")) << type.name;
    EXPECT_FALSE(summary.contains("scores")) << type.name;
  }
}

}  // namespace
}  // namespace docket
