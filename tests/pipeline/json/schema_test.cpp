#include "pipeline/json/schema.h"

#include <gtest/gtest.h>

#include "pipeline/json/pattern.h"

namespace docket {
namespace {

using nlohmann::json;

/// `path: message` of each problem, one per line.
std::string listed(const std::vector<SchemaProblem>& problems) {
  std::string text;
  for (const SchemaProblem& problem : problems) {
    text += problem.path + ": " + problem.message + "\n";
  }
  return text;
}

std::string lint(const char* schema) { return listed(lint_schema(json::parse(schema))); }

std::string validate(const char* schema, const json& value) {
  EXPECT_EQ(lint(schema), "") << schema;
  return listed(Schema(json::parse(schema)).validate(value));
}

TEST(SchemaLint, AcceptsWhatDraft7Has) {
  EXPECT_EQ(lint("true"), "");
  EXPECT_EQ(lint("{}"), "");
  EXPECT_EQ(lint(R"({
    "$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.org/invoice.json",
    "title": "t", "description": "d", "type": "object", "required": ["a", "b"],
    "properties": {"a": {"type": ["string", "null"], "format": "date", "x-labels": {"en": ["Date"]}},
                   "b": {"$ref": "#/definitions/amount"}, "type": {"const": 1}, "c": {"enum": [1, "x", null]}},
    "additionalProperties": false, "patternProperties": {"^x-": true}, "propertyNames": {"maxLength": 9},
    "definitions": {"amount": {"type": "number", "minimum": 0, "multipleOf": 0.01},
                    "tree": {"properties": {"child": {"$ref": "#/definitions/tree"}}}},
    "dependencies": {"a": ["b"], "b": {"minProperties": 1}},
    "allOf": [{"if": {"required": ["a"]}, "then": {"minProperties": 2}, "else": true}],
    "not": {"type": "array", "items": [{"minLength": 1}], "uniqueItems": true, "contains": {}}})"),
            "");
}

TEST(SchemaLint, NamesEveryMistakeWithItsPlace) {
  EXPECT_EQ(lint("[]"), ": expected a schema (an object, true or false), got an empty list\n");
  EXPECT_EQ(lint(R"({"properties": {"total": {"type": "nmber"}, "b": {"type": "date"}}})"),
            "/properties/b/type: unknown type 'date'; write type: string, format: date\n"
            "/properties/total/type: unknown type 'nmber', did you mean 'number'?\n");
  EXPECT_EQ(lint(R"({"propertys": {}, "foo": 1})"),
            "/foo: unknown keyword; a keyword of your own must begin with 'x-'\n"
            "/propertys: unknown keyword, did you mean 'properties'?\n");
  EXPECT_EQ(lint(R"({"required": "a", "enum": [], "minLength": -1, "minimum": "0", "multipleOf": 0})"),
            "/enum: expected a list of at least one value, got an empty list\n"
            "/minLength: expected a whole number from 0 on, got -1\n"
            "/minimum: expected a number, got string\n"
            "/multipleOf: expected a number above 0, got 0\n"
            "/required: expected a list of names, each once, got string\n");
  EXPECT_EQ(lint(R"({"required": ["a", "a", 1], "type": [], "format": 3, "properties": []})"),
            "/format: expected text, got 3\n"
            "/properties: expected an object of schemas, got an empty list\n"
            "/required/2: expected text, got 1\n"
            "/type: expected a list of at least one name of a type, each once, got an empty list\n");
  EXPECT_EQ(lint(R"({"required": ["a", "a"], "items": {"type": ["strin", "null"]}, "type": 5})"),
            "/items/type/0: unknown type 'strin', did you mean 'string'?\n"
            "/required: expected a list of names, each once, got array\n"
            "/type: expected the name of a type, got 5\n");
  EXPECT_EQ(lint(R"({"pattern": "(", "patternProperties": {"[": {}}})"),
            "/pattern: not a valid regular expression: end pattern with unmatched parenthesis\n"
            "/patternProperties/[: not a valid regular expression: premature end of char-class\n");
}

TEST(SchemaLint, TellsKeywordsFromNamesThatLookLikeThem) {
  EXPECT_EQ(
      lint(
          R"({"properties": {"type": 5, "enum": {"minimum": "x"}}, "const": {"type": 5}, "x-a": {"type": 5}})"),
      "/properties/enum/minimum: expected a number, got string\n"
      "/properties/type: expected a schema (an object, true or false), got 5\n");
  EXPECT_EQ(lint(R"({"items": [{"type": "string"}, 5], "dependencies": {"a": ["b"], "c": ["d", 5], "e": 5},
                     "allOf": [], "definitions": {"a": {"$id": "x"}}})"),
            "/allOf: expected a list of at least one schema, got an empty list\n"
            "/definitions/a/$id: only the outermost schema may have an $id\n"
            "/dependencies/c/1: expected text, got 5\n"
            "/dependencies/e: expected a schema (an object, true or false), got 5\n"
            "/items/1: expected a schema (an object, true or false), got 5\n");
}

TEST(SchemaLint, FollowsReferences) {
  EXPECT_EQ(
      lint(R"({"$ref": "http://example.org/x.json"})"),
      "/$ref: 'http://example.org/x.json' is outside of this file; only references into it ('#/…') work\n");
  EXPECT_EQ(lint(R"({"items": {"$ref": "#/definitions/a~2"}})"),
            "/items/$ref: '#/definitions/a~2' leads to nothing in this schema\n");
  EXPECT_EQ(lint(R"({"items": {"$ref": "#/title"}, "title": "x"})"),
            "/items/$ref: expected a reference to a schema, got string\n");
  EXPECT_EQ(lint(R"({"$ref": "#"})"), "/$ref: '#' leads back to itself\n");
  EXPECT_NE(lint(R"({"definitions": {"a": {"allOf": [{"$ref": "#/definitions/b"}]},
                                     "b": {"$ref": "#/definitions/a"}}})"),
            "");
  EXPECT_EQ(lint(R"({"items": {"$ref": "#"}})"), "");
}

TEST(SchemaLint, RefusesBottomlessSchemas) {
  json deep = json::object();
  for (int i = 0; i < 100; ++i) {
    deep = {{"items", deep}};
  }
  EXPECT_EQ(lint_schema(deep).size(), 1U);
  for (int i = 0; i < 10000; ++i) {
    deep = {{"items", std::move(deep)}};
  }
  EXPECT_EQ(listed(lint_schema(deep)), ": nested too deeply\n");
}

TEST(Schema, SaysWhereAValueIsWrong) {
  const char* schema =
      R"({"type": "object", "required": ["total"], "additionalProperties": false, "properties": {
      "total": {"type": "number", "minimum": 0}, "currency": {"enum": ["EUR", "USD"]},
      "lines": {"type": "array", "items": {"type": "object", "properties": {"a/b": {"type": "string"}}}}}})";
  EXPECT_EQ(validate(schema, {{"total", 1.5}, {"currency", "EUR"}}), "");
  EXPECT_EQ(validate(schema, {{"total", "x"}}), "/total: Value type not permitted by 'type' constraint.\n");
  EXPECT_EQ(validate(schema, {{"total", 1}, {"lines", {{{"a/b", "x"}}, {{"a/b", 1}}}}}),
            "/lines/1/a~1b: Value type not permitted by 'type' constraint.\n");
  EXPECT_EQ(validate(schema, json::object()), ": Missing required property 'total'.\n");
  EXPECT_NE(validate(schema, {{"total", 1}, {"other", 1}}), "");
  EXPECT_NE(validate(schema, {{"total", -1}, {"currency", "CHF"}}), "");
}

TEST(Schema, ChecksFormatsOfTextsOnly) {
  const char* date = R"({"type": ["string", "null"], "format": "date"})";
  EXPECT_EQ(validate(date, nullptr), "");
  EXPECT_EQ(validate(date, "2024-02-29"), "");
  EXPECT_EQ(validate(date, "2023-02-29"), ": is not a valid date\n");
  EXPECT_EQ(validate(date, "05.03.2024"), ": is not a valid date\n");
  EXPECT_EQ(validate(date, std::string(1000000, '1')), ": is not a valid date\n");
  EXPECT_EQ(validate(R"({"format": "date-time"})", "2024-03-05T10:00:00.5+01:00"), "");
  EXPECT_NE(validate(R"({"format": "date-time"})", "2024-03-05 10:00"), "");
  EXPECT_EQ(validate(R"({"format": "time"})", "10:00:00Z"), "");
  EXPECT_NE(validate(R"({"format": "time"})", "24:00:00Z"), "");
  EXPECT_EQ(validate(R"({"format": "iban"})", "anything"), "");
}

TEST(Schema, MultiplesAreThoseOfDecimalNumbers) {
  const auto allows = [](double divisor, const json& value) {
    return Schema(json{{"multipleOf", divisor}}).validate(value).empty();
  };
  for (const double value : {19.99, 0.07, 1.15, -4.35, 1.1 + 2.2, 123456789.01, 0.0, 3.0})
    EXPECT_TRUE(allows(0.01, value)) << value;
  for (const double value : {19.995, 0.001, -1.111})
    EXPECT_FALSE(allows(0.01, value)) << value;
  EXPECT_TRUE(allows(0.1, 0.1 + 0.2));
  EXPECT_TRUE(allows(1e-7, 3e-7));
  EXPECT_TRUE(allows(1e-7, 1));
  EXPECT_FALSE(allows(1e-7, 1.5e-7));
  EXPECT_TRUE(allows(0.25, -7.75));
  EXPECT_FALSE(allows(0.25, 0.3));
  EXPECT_TRUE(allows(1, 1e300));
  EXPECT_FALSE(allows(1, 1234567890123456.5));
  EXPECT_TRUE(Schema(json::parse(R"({"multipleOf": 2})")).validate(9007199254740994).empty());
  EXPECT_FALSE(Schema(json::parse(R"({"multipleOf": 2})")).validate(9007199254740993).empty());
  EXPECT_FALSE(Schema(json::parse(R"({"multipleOf": 7})")).validate(15.0).empty());
  EXPECT_EQ(validate(R"({"multipleOf": 0.05})", 0.03), ": is not a multiple of 0.05\n");
}

TEST(Schema, AnIntegerIsANumberWithoutAFraction) {
  for (const char* value : {"3", "3.0", "3e0", "1E2", "-0.0", "1e20", "18446744073709551615"})
    EXPECT_EQ(validate(R"({"type": "integer"})", json::parse(value)), "") << value;
  for (const char* value : {"3.5", "1e-1", "\"3\"", "true", "null"})
    EXPECT_NE(validate(R"({"type": "integer"})", json::parse(value)), "") << value;
  EXPECT_EQ(validate(R"({"type": ["integer", "null"], "enum": [1, 2.0, null]})", 2), "");
  EXPECT_EQ(validate(R"({"const": 3})", 3.0), "");
  EXPECT_NE(validate(R"({"items": {"type": "integer"}})", {1.0, 2.5}), "");
}

TEST(Schema, NullableAllowsNull) {
  EXPECT_EQ(validate(R"({"type": "number", "nullable": true})", nullptr), "");
  EXPECT_EQ(validate(R"({"type": "string", "enum": ["a"], "nullable": true})", nullptr), "");
  EXPECT_NE(validate(R"({"type": "number", "nullable": false})", nullptr), "");
}

TEST(Schema, MatchesPatternsInBoundedTimeAndStack) {
  EXPECT_EQ(validate(R"({"pattern": "^[A-Z]{2}\\d+$"})", "DE123"), "");
  EXPECT_EQ(validate(R"({"pattern": "^[A-Z]{2}\\d+$"})", "de123"),
            ": does not match the pattern ^[A-Z]{2}\\d+$\n");
  EXPECT_EQ(validate(R"({"pattern": "^(a|b)*$"})", std::string(1000000, 'a')), "");
  EXPECT_NE(validate(R"({"pattern": "^(a+)+$"})", std::string(40, 'a') + "!"), "");
  EXPECT_EQ(validate(R"({"propertyNames": {"pattern": "^x"}})", {{"x1", 1}}), "");
  EXPECT_NE(validate(R"({"propertyNames": {"pattern": "^x"}})", {{"y1", 1}}), "");
}

TEST(Schema, SurvivesDeepValues) {
  json deep = 1;
  for (int i = 0; i < 20000; ++i) {
    deep = json::array({std::move(deep)});
  }
  EXPECT_EQ(validate(R"({"items": {"$ref": "#"}})", deep), ": nested too deeply\n");
}

TEST(Schema, ThatIsNotValidAcceptsNothing) {
  const Schema schema(json::parse(R"({"type": 3})"));
  EXPECT_EQ(schema.validate(1).size(), 1U);
}

TEST(Pattern, WorksOnUtf8) {
  const auto pattern = Pattern::compile("^.ö\\u00fc$");
  ASSERT_TRUE(pattern.has_value());
  EXPECT_TRUE((*pattern)->found_in("äöü"));
  EXPECT_FALSE((*pattern)->found_in("aäöü"));
  EXPECT_FALSE((*pattern)->found_in("\xff\xff\xff"));
  EXPECT_FALSE(Pattern::compile("a(").has_value());
}

}  // namespace
}  // namespace docket
