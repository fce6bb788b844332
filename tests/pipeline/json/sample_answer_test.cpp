#include "pipeline/json/sample_answer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket {
namespace {

using nlohmann::json;

struct Row {
  const char* schema;
  const char* sample;
};

const Row rows[] = {
    {R"({"type": "object", "properties": {"label": {"type": "string", "enum": ["a", "b"]}}})",
     R"({"label": "a"})"},
    {R"({"anyOf": [{"type": "null"}, {"type": "object", "properties": {"quote": {"type": "string", "maxLength": 4}}}]})",
     R"({"quote": "????"})"},
    {R"({"type": ["null", "number"]})", "0"},
    {R"({"type": "null"})", "null"},
    {R"({"enum": [null, "x"]})", R"("x")"},
    {R"({"const": 7})", "7"},
    {R"({"type": "string", "format": "date"})", R"("1000-01-01")"},
    {R"({"type": "string"})", R"("????????????????????????????????????????")"},
    {R"({"type": "string", "minLength": 45})", R"("?????????????????????????????????????????????")"},
    {R"({"type": "array", "items": {"type": "boolean"}})", "[false, false, false]"},
    {R"({"type": "array", "items": {"type": "integer"}, "maxItems": 1})", "[0]"},
    {R"({"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "boolean"}}}],
         "type": "object"})",
     R"({"a": 0, "b": false})"},
    {R"({"definitions": {"d": {"type": "number"}}, "properties": {"x": {"$ref": "#/definitions/d"}}})",
     R"({"x": 0})"},
    {"true", "null"},
};

TEST(SampleAnswer, HasTheShapeOfTheSchema) {
  for (const Row& row : rows)
    EXPECT_EQ(sample_answer(json::parse(row.schema)), json::parse(row.sample)) << row.schema;
}

TEST(SampleAnswer, ComesToAnEnd) {
  const json endless = json::parse(
      R"({"properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}, "c": {"$ref": "#"}}, "type": "object"})");
  EXPECT_TRUE(sample_answer(endless).is_object());
  EXPECT_EQ(sample_answer(json{{"type", "string"}, {"minLength", 1'000'000'000}}).get<std::string>().size(),
            10'000U);
}

TEST(SampleAnswer, KeepsLimitsHoweverTheirNumbersAreKept) {
  const auto length = [](const json& limits) {
    json schema = {{"type", "string"}};
    schema.update(limits);
    return sample_answer(schema).get<std::string>().size();
  };
  EXPECT_EQ(length({{"maxLength", 4}}), 4U) << "with a sign";
  EXPECT_EQ(length({{"maxLength", 4U}}), 4U) << "without one";
  EXPECT_EQ(length({{"minLength", 50}}), 50U);
  EXPECT_EQ(length({{"minLength", -50}}), 40U);
  EXPECT_EQ(length({{"maxLength", -1}}), 40U);
  EXPECT_EQ(length({{"maxLength", "4"}}), 40U);
  EXPECT_EQ(sample_answer({{"type", "array"}, {"items", {{"const", 1}}}, {"minItems", 4}}).size(), 4U);
}

}  // namespace
}  // namespace docket
