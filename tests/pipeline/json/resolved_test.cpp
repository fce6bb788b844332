#include "pipeline/json/resolved.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace docket {
namespace {

using nlohmann::json;

json resolved(const char* schema, const char* root = "{}") {
  return docket::resolved(json::parse(schema), json::parse(root));
}

TEST(ResolvedSchema, ANumberOrNothingIsWrittenInManyWays) {
  const char* root = R"({"$defs": {"Amount": {"type": "number", "minimum": 0},
                                   "Maybe": {"anyOf": [{"$ref": "#/$defs/Amount"}, {"type": "null"}]}}})";
  for (const char* schema :
       {R"({"type": ["number", "null"], "minimum": 0})",
        R"({"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]})",
        R"({"oneOf": [{"type": "null"}, {"$ref": "#/$defs/Amount"}]})",
        R"({"allOf": [{"$ref": "#/$defs/Amount"}], "nullable": true})",
        R"({"type": "number", "minimum": 0, "nullable": true})", R"({"$ref": "#/$defs/Maybe"})",
        R"({"anyOf": [{"$ref": "#/$defs/Amount"}, {"enum": [null]}]})"}) {
    json found = resolved(schema, root);
    EXPECT_EQ(found.value("minimum", json()), 0) << schema;
    const json type = found["type"];
    EXPECT_TRUE(type == json({"number", "null"}) || type == json({"null", "number"})) << schema << type;
    EXPECT_FALSE(found.contains("anyOf")) << schema;
  }
}

TEST(ResolvedSchema, WhatStandsBesideAReferenceGoesBeforeIt) {
  const json found = resolved(R"({"$ref": "#/definitions/a", "title": "Total due", "x-labels": ["Sum"]})",
                              R"({"definitions": {"a": {"type": "number", "title": "Money"}}})");
  EXPECT_EQ(found, json({{"type", "number"}, {"title", "Total due"}, {"x-labels", {"Sum"}}}));
}

TEST(ResolvedSchema, UnitesAlternatives) {
  EXPECT_EQ(resolved(R"({"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]})")["type"],
            json({"number", "string", "null"}));
  EXPECT_EQ(resolved(R"({"oneOf": [{"const": "EUR"}, {"const": "USD"}]})")["enum"], json({"EUR", "USD"}));
  EXPECT_EQ(resolved(R"({"anyOf": [{"enum": ["a"]}, {"type": "string"}]})").count("enum"), 0U);
  EXPECT_EQ(resolved(R"({"allOf": [{"type": ["number", "null"]}, {"type": "integer"}]})")["type"], "integer");
}

TEST(ResolvedSchema, KeepsOfAlternativesWhatAllOfThemSay) {
  EXPECT_EQ(
      resolved(R"({"anyOf": [{"type": "string", "format": "date"}, {"type": "string"}, {"type": "null"}]})"),
      json({{"type", {"string", "null"}}}));
  EXPECT_EQ(resolved(R"({"oneOf": [{"type": "string", "pattern": "^A", "maxLength": 9},
                                   {"type": "string", "pattern": "^B", "maxLength": 9}]})"),
            json({{"type", "string"}, {"maxLength", 9}}));
  EXPECT_EQ(resolved(R"({"anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "string"}]})"),
            json({{"type", {"array", "string"}}, {"items", {{"type", "number"}}}}));
}

TEST(ResolvedSchema, AConstantListIsOneChoice) {
  EXPECT_EQ(resolved(R"({"const": ["a", 1]})")["enum"], json::parse(R"([["a", 1]])"));
  EXPECT_EQ(resolved(R"({"const": ["a"]})")["enum"], json::parse(R"([["a"]])"));
  EXPECT_EQ(resolved(R"({"const": "a"})")["enum"], json::parse(R"(["a"])"));
}

TEST(ResolvedSchema, EndsWhereASchemaLeadsBackToItself) {
  EXPECT_TRUE(resolved(R"({"$ref": "#/$defs/a"})", R"({"$defs": {"a": {"$ref": "#/$defs/a"}}})").is_object());
  const char* many = R"({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]}}})";
  EXPECT_TRUE(resolved(R"({"$ref": "#/$defs/a"})", many).is_object());
  EXPECT_EQ(resolved(R"({"$ref": "#/nowhere"})"), json::object());
  EXPECT_EQ(resolved("true"), json::object());
}

TEST(ResolvedSchema, OpensARootThatIsOnlyAReference) {
  const json root = json::parse(R"({"$ref": "#/definitions/Bill", "definitions": {"Bill": {"type": "object",
      "required": ["total"], "properties": {"total": {"$ref": "#/definitions/Money"}}},
      "Money": {"type": "number"}}})");
  const json open = with_open_root(root);
  EXPECT_EQ(open["properties"]["total"], json({{"$ref", "#/definitions/Money"}}));
  EXPECT_EQ(open["required"], json({"total"}));
  EXPECT_EQ(open["definitions"], root["definitions"]);
  EXPECT_EQ(with_open_root(open), open);
}

}  // namespace
}  // namespace docket
