#include "pipeline/json/strict_json.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

TEST(StrictJson, ReadsJson) {
  EXPECT_EQ(parse_strictly(" {\"a\": [1, -2.5, null, \"\\u00e9\"]}\n").value(),
            nlohmann::json({{"a", {1, -2.5, nullptr, "é"}}}));
}

TEST(StrictJson, RefusesWhatParsersDifferAbout) {
  for (const std::string text :
       {"", "{", "{\"a\":1,\"a\":2}", "[{\"b\":{\"a\":1,\"a\":1}}]", "1E999", "[-1e999]", "NaN", "Infinity",
        "{'a':1}", "[1,]", "01", "\"\xff\"", "\"a\nb\"", "{} {}", "// c\n1", "\"\\ud800\""}) {
    const auto parsed = parse_strictly(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().error_class, ErrorClass::content);
  }
}

TEST(StrictJson, SameNamesInDifferentObjectsAreNoDuplicates) {
  EXPECT_TRUE(parse_strictly(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})"));
}

TEST(StrictJson, DepthHasALimit) {
  EXPECT_TRUE(parse_strictly(std::string(60, '[') + std::string(60, ']')));
  EXPECT_FALSE(parse_strictly(std::string(10'000, '[') + std::string(10'000, ']')));
  EXPECT_FALSE(parse_strictly(std::string(1'000'000, '[')));
}

TEST(StrictJson, SaysWhere) {
  EXPECT_NE(parse_strictly("{\n  \"a\": ?}").error().message.find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace docket
