#include "backends/protocols/narrow_schema.h"

#include <gtest/gtest.h>

namespace docket::backends {
namespace {

using nlohmann::json;

json narrowed_for(Enforcement server, const char* schema) { return narrowed(json::parse(schema), server); }

constexpr Enforcement llama = Enforcement::llama_grammar, openai = Enforcement::openai_strict,
                      anthropic = Enforcement::anthropic;

constexpr const char* invoice = R"({
  "$schema": "x", "title": "t", "type": "object", "required": ["number"],
  "properties": {
    "number": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^\\d+$", "x-labels": ["No"]},
    "date":   {"type": "string", "format": "date"},
    "email":  {"type": "string", "format": "email"},
    "count":  {"type": "integer", "minimum": 1},
    "total":  {"type": "number", "minimum": 0, "multipleOf": 0.01}}})";

TEST(NarrowSchema, AGrammarKnowsLengthsAndBoundsOfIntegers) {
  EXPECT_EQ(narrowed_for(llama, invoice), json::parse(R"({
    "type": "object", "required": ["number"], "additionalProperties": false, "properties": {
      "number": {"type": "string", "minLength": 1, "maxLength": 20},
      "date":   {"type": "string", "format": "date"},
      "email":  {"type": "string"},
      "count":  {"type": "integer", "minimum": 1},
      "total":  {"type": "number"}}})"));
}

TEST(NarrowSchema, OpenAiWantsEveryMemberAndKnowsPatternsAndBounds) {
  EXPECT_EQ(narrowed_for(openai, invoice), json::parse(R"({
    "type": "object", "required": ["count", "date", "email", "number", "total"], "additionalProperties": false,
    "properties": {
      "number": {"type": "string", "pattern": "^\\d+$"},
      "date":   {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
      "email":  {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]},
      "count":  {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]},
      "total":  {"anyOf": [{"type": "number", "minimum": 0, "multipleOf": 0.01}, {"type": "null"}]}}})"));
}

TEST(NarrowSchema, AnthropicTakesNeitherBoundsNorLengths) {
  EXPECT_EQ(narrowed_for(anthropic, invoice), json::parse(R"({
    "type": "object", "required": ["number"], "additionalProperties": false, "properties": {
      "number": {"type": "string"},
      "date":   {"type": "string", "format": "date"},
      "email":  {"type": "string", "format": "email"},
      "count":  {"type": "integer"},
      "total":  {"type": "number"}}})"));
}

TEST(NarrowSchema, NumbersOfItemsGoAsFarAsEachServerTakesThem) {
  constexpr const char* list =
      R"({"type": "array", "minItems": 2, "maxItems": 9, "items": {"type": "string"}})";
  EXPECT_EQ(narrowed_for(llama, list)["minItems"], 2);
  EXPECT_EQ(narrowed_for(llama, list)["maxItems"], 9);
  EXPECT_FALSE(narrowed_for(anthropic, list).contains("minItems"));
  EXPECT_FALSE(narrowed_for(anthropic, list).contains("maxItems"));
  EXPECT_EQ(narrowed_for(anthropic, R"({"type": "array", "minItems": 1})")["minItems"], 1);
}

TEST(NarrowSchema, ReferencesArePutInPlace) {
  EXPECT_EQ(narrowed_for(llama, R"({"$defs": {"money": {"type": "number"}}, "type": "object",
                                    "properties": {"total": {"$ref": "#/$defs/money"}}})")["properties"]
                                                                                          ["total"],
            json({{"type", "number"}}));
}

TEST(NarrowSchema, WhatCannotBeToldIsNull) {
  for (const char* schema : {R"({"properties": {"a": {"$ref": "#"}}})",
                             R"({"$ref": "https://example.org/x"})", R"({"$ref": "#/nowhere"})"})
    for (const Enforcement server : {llama, openai, anthropic})
      EXPECT_TRUE(narrowed_for(server, schema).is_null()) << schema;
  EXPECT_TRUE(narrowed_for(openai, R"({"type": "object"})").is_null());
  EXPECT_FALSE(narrowed_for(llama, R"({"type": "object"})").is_null());
}

TEST(NarrowSchema, NullsForMembersThatAreNotThereAreTakenOut) {
  const json schema = json::parse(R"({"type": "object", "required": ["a"], "properties": {
    "a": {"type": ["string", "null"]}, "b": {"type": "string"}, "c": {"type": ["string", "null"]},
    "d": {"type": "array", "items": {"type": "object", "properties": {"e": {"type": "number"}}}}}})");
  EXPECT_EQ(
      without_optional_nulls(json::parse(R"({"a": null, "b": null, "c": null, "d": [{"e": null}]})"), schema),
      json::parse(R"({"a": null, "c": null, "d": [{}]})"));
}

}  // namespace
}  // namespace docket::backends
