#include "pipeline/price.h"

#include <gtest/gtest.h>

#include "cli/commands.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/pipeline.h"
#include "tests/temp_dir.h"

namespace docket {
namespace {

std::optional<Price> price(const std::string& yaml) {
  const TempDir dir;
  const auto read = read_pipeline(
      dir.write("pipeline.yaml",
                "version: 1\nbackends:\n  m: { type: openai, url: 'https://api.example.com/v1', model: m" +
                    (yaml.empty() ? "" : ", price: " + yaml) + " }\nstages:\n  - extract:\n"),
      registry());
  if (!read.pipeline) throw std::invalid_argument(to_string(read.diagnostics.at(0)));
  return price_of(read.pipeline->backends[0]);
}

Usage tokens(std::int64_t input, std::int64_t cached, std::int64_t written, std::int64_t output) {
  Usage usage;
  usage.input_tokens = input;
  usage.cached_input_tokens = cached;
  usage.cache_write_tokens = written;
  usage.output_tokens = output;
  return usage;
}

TEST(Price, IsUnknownWhenThePipelineDoesNotSay) { EXPECT_FALSE(price("")); }

TEST(Price, IsExactInIntegers) {
  const Price p =
      *price("{ input: 0.15, cached_input: 0.0375, cache_write: 0.1875, output: 0.6, as_of: 2026-11-01 }");
  // 100 x 0.15 + 40 x 0.0375 + 10 x 0.1875 + 7 x 0.6 USD per million = 22.575e-6 USD
  EXPECT_EQ(cost(tokens(150, 40, 10, 7), p), 22'575);
  std::int64_t sum = 0;
  for (int i = 0; i < 1000; ++i)
    sum += cost(tokens(150, 40, 10, 7), p);
  EXPECT_EQ(sum, 22'575'000);
}

TEST(Price, OfReadingTheCacheIsThatOfInputWhenNotGiven) {
  const Price p = *price("{ input: 3, output: 15, as_of: 2026-11-01 }");
  EXPECT_EQ(cost(tokens(1000, 900, 0, 0), p), 3'000'000);
}

TEST(Price, OfWritingTheCacheIsAQuarterMoreWhenNotGiven) {
  const Price p = *price("{ input: 3, cached_input: 0.3, output: 15 }");
  EXPECT_EQ(cost(tokens(10'100, 0, 10'000, 10), p), 37'950'000);
  Usage hour = tokens(10'100, 0, 10'000, 10);
  hour.cache_write_1h_tokens = 10'000;
  EXPECT_EQ(cost(hour, p), 37'950'000);  // Whoever has no other price for it.
}

TEST(Price, RoundsToTheNearestNanoDollar) {
  EXPECT_EQ(cost(tokens(1, 0, 0, 0), Price{.tokens = {.input = 499'999}}), 0);
  EXPECT_EQ(cost(tokens(1, 0, 0, 0), Price{.tokens = {.input = 500'000}}), 1);
}

TEST(Price, HoldsALargeRun) {
  // 10^12 tokens at 100 USD per million: 100 million USD.
  EXPECT_EQ(cost(tokens(10'000'000'000, 0, 0, 0), *price("{ input: 100, output: 1, as_of: 2026-11-01 }")),
            std::int64_t{1'000'000} * 1'000'000'000);
}

}  // namespace
}  // namespace docket
