// What the types of stages declare of themselves.
#include "stages/stages.h"

#include <gtest/gtest.h>

#include "tests/stage_harness.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr const char* label_settings = "backends: rules\nlabels: { invoice: , letter: }\n";

std::vector<std::string> doubts(const StageHarness& harness, const json& output) {
  std::vector<std::string> said;
  for (const Doubt& doubt : harness.pipeline().type->doubts("s", output))
    said.push_back(std::string(doubt.kind) + " | " + doubt.reason);
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

TEST(StageTypes, FieldsAreDoubtedOneByOne) {
  const StageHarness harness("structured-extract", "backends: rules\nschema: schema.json\n",
                             R"({"type": "object", "properties": {"total": {"type": "number"}}})");
  const json output = {
      {"accepted", false},
      {"missing", {"total"}},
      {"checks", {{"adds up", "failed"}, {"in time", "passed"}}},
      {"passed_over", {{{"tier", "a"}, {"class", "too_long"}}, {{"tier", "b"}, {"class", "content"}}}}};
  EXPECT_EQ(doubts(harness, output),
            (std::vector<std::string>{"low_confidence | low confidence: s", "too_long | too long: s",
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
