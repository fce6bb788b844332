#include "pipeline/json/longest_answer.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using nlohmann::json;

std::int64_t room(const char* schema) {
  return most_tokens(longest_answer(json::parse(schema), usual_words));
}

TEST(LongestAnswer, GrowsWithWhatTheSchemaAllows) {
  EXPECT_GE(room(R"({"type": "string", "maxLength": 4000})"),
            10 * room(R"({"type": "string", "maxLength": 200})"));
  const char* list = R"({"type": "array", "items": {"type": "number"}, "maxItems": )";
  EXPECT_GE(room((list + std::string("500}")).c_str()), 90 * room((list + std::string("5}")).c_str()));
  EXPECT_GE(room(R"({"type": "array", "minItems": 900, "items": {"type": "integer"}})"), 900 * 10);
  EXPECT_GT(
      room(R"({"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}})"),
      8 * room(R"({"type": "object", "properties": {"text": {"type": "string"}}})"));
}

TEST(LongestAnswer, HoldsTheLongestOfAlternatives) {
  const std::string longest =
      R"({"type": "object", "properties": {"a": {"type": "string", "maxLength": 300}}})";
  for (const char* form :
       {R"({"anyOf": [{"type": "null"}, ?]})", R"({"oneOf": [?, {"type": "null"}]})",
        R"({"allOf": [{"title": "t"}, ?]})", R"({"$ref": "#/$defs/x", "$defs": {"x": ?}})"}) {
    std::string schema = form;
    schema.replace(schema.find('?'), 1, longest);
    EXPECT_GE(room(schema.c_str()), room(longest.c_str())) << schema;
  }
  EXPECT_EQ(longest_answer(json::parse(R"({"enum": ["a", "much longer", null]})"), "x"), "\"much longer\"");
  EXPECT_GE(room(R"({"type": ["string", "null"], "maxLength": 90})"), 50);
  EXPECT_EQ(longest_answer(json::parse(R"({"type": "string", "format": "date"})"), "x").size(), 12U);
}

TEST(LongestAnswer, EndsWhateverTheSchemaSays) {
  EXPECT_LT(
      room(
          R"({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "c": {"$ref": "#"}}})"),
      1'000'000);
  EXPECT_LT(room(R"({"type": "string", "maxLength": 1000000000})"), 1'000'000);
  EXPECT_LT(room(R"({"type": "array", "maxItems": 1000000000, "items": {}})"), 1'000'000);
  for (const char* odd : {"true", "{}", R"({"$ref": "#/nowhere"})", R"({"$ref": "https://example.com/x"})",
                          R"({"maxLength": "x", "type": 7, "enum": 5, "properties": []})"})
    EXPECT_GT(room(odd), 0) << odd;
}

TEST(LongestAnswer, IsFilledWithTheWordsWholeLetters) {
  const std::string text = longest_answer(json::parse(R"({"type": "string", "maxLength": 7})"), "発票");
  EXPECT_EQ(text, "\"発票発票発票発\"");
}

TEST(MostTokens, CountsDigitsOneByOne) {
  EXPECT_EQ(most_tokens("4711"), 4);
  EXPECT_EQ(most_tokens("1.234,56"), 8);
  EXPECT_LE(most_tokens("the total amount"), 9);
  EXPECT_GE(most_tokens("the total amount"), 3);
  EXPECT_GE(most_tokens("発票番号"), 4);
}

}  // namespace
}  // namespace docket
