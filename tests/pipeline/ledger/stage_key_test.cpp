#include "pipeline/ledger/stage_key.h"

#include <gtest/gtest.h>

#include "pipeline/answer_settings.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr Field label_fields[] = {{"description", Field::Type::text, ""}};
constexpr Field stage_fields[] = {
    {"accept", Field::Type::number, ""},
    {"backends", Field::Type::backends, ""},
    {"backend", Field::Type::backend, ""},
    {"key", Field::Type::secret, ""},
    {.name = "timeout", .type = Field::Type::duration, .help = "", .affects_answer = false},
    {.name = "labels", .type = Field::Type::groups, .help = "", .fields = label_fields},
    {.name = "one", .type = Field::Type::group, .help = "", .fields = label_fields},
};

json settings_with(const json& resolved, const std::string& model = "small") {
  return answer_settings(stage_fields, resolved, [&](const std::string& name) {
    return json{{"model", name == "rules" ? "" : model}};
  });
}

TEST(AnswerSettings, NameWhatDecidesTheAnswerAndNoMore) {
  const json resolved = {
      {"accept", 0.8},
      {"backends", {"rules", "local"}},
      {"key", "secret"},
      {"timeout", 120},
      {"when", "not of the table"},
      {"labels", {{{"name", "invoice"}, {"settings", {{"description", "a bill"}, {"id", 3}}}}}},
      {"one", {{"description", "x"}, {"y", 1}}}};
  EXPECT_EQ(settings_with(resolved),
            json({{"accept", 0.8},
                  {"backends", {{{"model", ""}}, {{"model", "small"}}}},
                  {"labels", {{{"name", "invoice"}, {"settings", {{"description", "a bill"}}}}}},
                  {"one", {{"description", "x"}}}}));
}

TEST(AnswerSettings, ANewNameOfABackendIsNoChangeButANewModelIs) {
  const json before = {{"backend", "local"}}, renamed = {{"backend", "lokal"}};
  EXPECT_EQ(settings_with(before), settings_with(renamed));
  EXPECT_NE(settings_with(before), settings_with(before, "large"));
  EXPECT_NE(settings_with({{"backends", {"a", "b"}}}), settings_with({{"backends", {"a"}}}));
}

const LedgerConfiguration configuration{
    "digest1", "classify", R"({"settings":{"accept":0.8,"labels":["a"]},"type":"classify","version":1})"};

StageInput input() { return {"", "text1", {{"extract", "e1"}}, {"why"}}; }

TEST(StageKey, DiffersWithAllThatTheStageReads) {
  const std::string key = stage_key(configuration, input());
  EXPECT_EQ(key.size(), 32u);
  EXPECT_EQ(key, stage_key(configuration, input()));
  LedgerConfiguration other = configuration;
  other.digest = "digest2";
  EXPECT_NE(key, stage_key(other, input()));
  for (const auto change :
       {+[](StageInput& in) { in.document = "d"; }, +[](StageInput& in) { in.text = "text2"; },
        +[](StageInput& in) { in.outputs["extract"] = "e2"; },
        +[](StageInput& in) { in.outputs["more"] = "m"; }, +[](StageInput& in) { in.reasons.clear(); }}) {
    StageInput changed = input();
    change(changed);
    EXPECT_NE(key, stage_key(configuration, changed)) << to_text(changed);
  }
}

TEST(WhyStale, NamesTheFirstThingThatChanged) {
  LedgerStage before;
  before.state = StageResult::State::done;
  before.configuration = configuration.digest;
  before.input = to_text(input());
  const auto why = [&](const LedgerStage& stage, const StageInput& now) {
    return why_stale(&stage, configuration.content, configuration, now);
  };
  EXPECT_EQ(why_stale(nullptr, "", configuration, input()), "new to this document");
  EXPECT_EQ(why(before, input()), "its result is not kept");
  EXPECT_EQ(why(before, {"d", "text1", {{"extract", "e1"}}, {"why"}}), "the document's content changed");
  EXPECT_EQ(why(before, {"", "text2", {{"extract", "e1"}}, {"why"}}), "the document's text changed");
  EXPECT_EQ(why(before, {"", "text1", {{"extract", "e2"}}, {"why"}}), "the result of extract changed");
  EXPECT_EQ(why(before, {"", "text1", {{"extract", "e1"}}, {}}), "the reasons for it changed");
  LedgerStage failed = before;
  failed.state = StageResult::State::failed;
  EXPECT_EQ(why(failed, input()), "it failed before");
}

TEST(WhyStale, NamesTheSettingThatChanged) {
  LedgerStage before;
  before.state = StageResult::State::done;
  before.configuration = "another";
  const struct {
    const char* content;
    const char* why;
  } rows[] = {
      {R"({"settings":{"accept":0.8,"labels":["b"]},"type":"classify","version":1})",
       "its setting 'labels' changed"},
      {R"({"settings":{"accept":0.8},"type":"classify","version":1})", "its setting 'labels' changed"},
      {R"({"settings":{"accept":0.7,"labels":["a"]},"type":"classify","version":1})",
       "its setting 'accept' changed"},
      {R"({"settings":{"accept":0.8,"labels":["a"]},"type":"classify","version":0})",
       "docket's own classify changed"},
      {R"({"type":"other","version":1})", "its type changed"},
      {"no json", "its configuration changed"},
      {"", "its configuration changed"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(why_stale(&before, row.content, configuration, input()), row.why) << row.content;
}

}  // namespace
}  // namespace docket
