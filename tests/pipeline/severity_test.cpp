#include "pipeline/severity.h"

#include <gtest/gtest.h>

namespace docket {
namespace {

using nlohmann::json;

Severity severity_of(const char* record) { return severity(json::parse(record)); }

TEST(Severity, IsThatOfTheLeastSureAnswer) {
  EXPECT_EQ(severity_of(R"({"document": {"path": "a"}})"), (Severity{0, 0}));
  EXPECT_EQ(severity_of(R"({"classify": {"confidence": 0.9}})"), (Severity{0.1, 0}));
  EXPECT_EQ(severity_of(R"({"classify": {"confidence": 0.9}, "fields": {"confidence": 0.25}})"),
            (Severity{0.75, 0}));
  EXPECT_EQ(severity_of(R"({"fields": {"confidence": null}, "other": "text"})"), (Severity{0, 0}));
}

TEST(Severity, ComplexityTellsBetweenEqualDoubts) {
  const Severity simple = severity_of(R"({"a": {"confidence": 0.5}, "complexity": {"score": 0.2}})");
  const Severity complex = severity_of(R"({"a": {"confidence": 0.5}, "complexity": {"score": 0.3}})");
  const Severity surer = severity_of(R"({"a": {"confidence": 0.6}, "complexity": {"score": 0.9}})");
  EXPECT_LT(simple, complex);
  EXPECT_LT(surer, simple);
}

}  // namespace
}  // namespace docket
