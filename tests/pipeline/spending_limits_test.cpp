#include "pipeline/spending_limits.h"

#include <gtest/gtest.h>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

constexpr std::int64_t dollar = 1'000'000'000;

SpendingLimits read(const std::string& budget, std::optional<std::int64_t> max_cost = {}) {
  const TempDir dir;
  const PipelineOrDiagnostics read = read_pipeline(dir.write("pipeline.yaml", R"(
version: 1
backends: { m: { type: openai, url: 'http://127.0.0.1:9', model: m, price: { input: 1, output: 2 } } }
)" + budget + R"(
stages:
  - extract:
  - classify: { backends: [m], budget: 0.25, labels: { a: {}, b: {} } }
)"),
                                                   registry());
  return limits_of(*read.pipeline, max_cost);
}

TEST(SpendingLimits, AreThoseOfThePipeline) {
  const SpendingLimits limits = read("budget: { run: 2, document: 0.5, day: 3, month: 40 }");
  EXPECT_EQ(limits.run, 2 * dollar);
  EXPECT_EQ(limits.document, dollar / 2);
  EXPECT_EQ(limits.day, 3 * dollar);
  EXPECT_EQ(limits.month, 40 * dollar);
  EXPECT_EQ(limits.stages.at("classify"), dollar / 4);
}

TEST(SpendingLimits, TheLowerOneHoldsForTheRun) {
  EXPECT_EQ(read("budget: { run: 2 }", dollar).run, dollar);
  EXPECT_EQ(read("budget: { run: 2 }", 3 * dollar).run, 2 * dollar);
  EXPECT_EQ(read("", dollar).run, dollar);
  EXPECT_EQ(read("").run, std::nullopt);
}

TEST(SpendingLimits, EarlierRunsLeaveSomethingOfADayAndOfAMonth) {
  const SpendingLimits left = left_of({.run = 5, .day = 10, .month = 10}, {.day = 4, .month = 14});
  EXPECT_EQ(left.run, 5);
  EXPECT_EQ(left.day, 6);
  EXPECT_EQ(left.month, 0);
  EXPECT_EQ(left_of({}, {.day = 4, .month = 14}).day, std::nullopt);
}

TEST(SpendingLimits, ATimeIsOfADayAndOfAMonth) {
  EXPECT_EQ(day_of("2026-11-26T12:00:00Z"), "2026-11-26");
  EXPECT_EQ(month_of("2026-11-26"), "2026-11");
}

}  // namespace
}  // namespace docket
