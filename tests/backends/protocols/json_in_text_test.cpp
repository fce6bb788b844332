#include "backends/protocols/json_in_text.h"

#include <gtest/gtest.h>

#include "backends/protocols/model_answer.h"
#include "pipeline/json/schema.h"

namespace docket::backends {
namespace {

using nlohmann::json;

const std::string good = R"({"label":"letter"})";

Prompt prompt() {
  Prompt prompt;
  prompt.schema = std::make_shared<const Schema>(
      json{{"type", "object"},
           {"properties", {{"label", {{"type", "string"}, {"enum", {"invoice", "letter"}}}}}},
           {"required", {"label"}},
           {"additionalProperties", false}});
  return prompt;
}

/// The label, or what is wrong.
std::string read(const std::string& content) {
  const Result<Answer> answer = model_answer(content, prompt(), {});
  return answer ? answer->value["label"].get<std::string>() : answer.error().message;
}

TEST(ModelAnswer, IsFoundAmongOtherWords) {
  const std::string contents[] = {
      good,
      "```json\n" + good + "\n```",
      "```" + good + "```",
      "Here is the JSON:\n\n```JSON\r\n" + good + "\r\n```\nLet me know if {anything} is missing.",
      "Sure! The answer is " + good + ".",
      good + "<|im_end|>",
      good + "\n\n" + good,
      "<think>\nIt may be {\"label\":\"invoice\"}, or not.\n</think>\n" + good,
      "The parcel, so no bill.\n</think>\n\n" + good,
      "<think>a</think><think>{\"label\":\"invoice\"}</think>" + good,
      "<thinking>Hm {\"label\":\"invoice\"}</thinking>" + good,
      "[THINK]{\"label\":\"invoice\"}[/THINK]" + good,
      "\u25C1think\u25B7 hm \u25C1/think\u25B7" + good,
      "<think> not closed " + good,
      "<|channel|>analysis<|message|>{\"label\":\"invoice\"}?<|end|><|start|>assistant<|channel|>final"
      "<|message|>" +
          good,
      "<|channel|>final <|constrain|>json<|message|>" + good,
      "The set {a, b} and f{x} = {{1}}, with \"quotes: " + good,
      "{\"note\": 1} is not it, but " + good,
      "Of the form {\"label\": <name>}: " + good,
  };
  for (const std::string& content : contents)
    EXPECT_EQ(read(content), "letter") << content;
}

TEST(ModelAnswer, OfAThoughtThatNeverEndsIsOnlyItsEnd) {
  for (const std::string begin : {"<think>", "<thinking>\n", "[THINK]", "a</think><think>"}) {
    EXPECT_TRUE(read(begin + "It may be " + good + ", but then again").starts_with("the model's answer "))
        << begin;
    EXPECT_EQ(read(begin + R"(Perhaps {"label":"invoice"}? No: )" + good), "letter") << begin;
  }
}

TEST(ModelAnswer, ThatIsJsonAsAWholeMayHoldMarksOfThinking) {
  Prompt any;
  any.schema = std::make_shared<const Schema>(json{{"type", "object"}});
  for (const char* value : {"</think>", "<think> a </think> b", "x </thought> ```", "[/THINK] {\"a\": 1}",
                            "<|channel|>final<|message|>"}) {
    const json whole = {{"buyer", value}};
    const Result<Answer> answer = model_answer(" " + whole.dump() + "\n", any, {});
    ASSERT_TRUE(answer) << value;
    EXPECT_EQ(answer->value, whole);
  }
}

TEST(ModelAnswer, IsNoneWhereItIsNotTheOnlyOneOrBroken) {
  EXPECT_NE(read(good + R"( or {"label":"invoice"})").find("several different"), std::string::npos);
  const std::string contents[] = {
      "It is a letter.",
      R"({"label": invoice, "other": {"label":"letter"}})",
      R"({"lines": [{"label":"letter"}, )",
      R"(My answer: {"label":"letter","label":"letter"})",
      R"("{\"label\":\"letter\"}" is how)",
      R"(Say {"a": "{\"label\":\"letter\"}"} then)",
      R"(["{"label":"letter"])",
      "{\"label\":\"let\nter\"}",
  };
  for (const std::string& content : contents)
    EXPECT_TRUE(read(content).starts_with("the model's answer ")) << content << " -> " << read(content);
  EXPECT_EQ(read("<think>hm</think>  \n"), "the model's answer is empty");
  EXPECT_NE(read("So: {\"label\":\"memo\"}").find("does not match the schema"), std::string::npos);
}

TEST(ModelAnswer, OfMegabytesIsReadInNoTime) {
  std::string opened, closed, quoted, pairs, thoughts;
  while (opened.size() < 200'000) {
    opened += R"({"a":)";
    closed += "{}";
    quoted += R"({"a}{"b)";
    pairs += R"({"})";
    thoughts += "</think><think>";
  }
  for (const std::string& text : {opened, closed, quoted, pairs, thoughts, std::string(200'000, '{'),
                                  "{\"a\":\"" + std::string(200'000, '{')})
    EXPECT_TRUE(read(text).starts_with("the model's answer ")) << text.substr(0, 20);
  EXPECT_EQ(read(std::string(200'000, '{') + good), "letter");
}

TEST(ModelAnswer, ShowsLittleOfWhatItWas) {
  const std::string name(200'000, 'n');
  for (const std::string& content : {"{\"" + name + "\":1}", "{\"" + name + "\":1,\"" + name + "\":2}",
                                     "\"" + name, "\xff\xfe" + name, "{\"label\":\"" + name + "\"}"}) {
    const std::string message = read(content);
    EXPECT_LT(message.size(), 1000U);
  }
  EXPECT_EQ(read("\"\xff\xfe\"").find('\xff'), std::string::npos);
}

TEST(TokenCount, TakesWholeNumbersThatMayBe) {
  const json usage = {{"a", 5},    {"b", 1000.0}, {"c", -1},          {"d", 1e300},
                      {"e", "12"}, {"f", 1.5},    {"g", 1ULL << 63U}, {"h", nullptr}};
  EXPECT_EQ(token_count(usage, "a"), 5);
  EXPECT_EQ(token_count(usage, "b"), 1000);
  for (const char* name : {"c", "d", "e", "f", "g", "h", "i"})
    EXPECT_EQ(token_count(usage, name), std::nullopt) << name;
}

}  // namespace
}  // namespace docket::backends
