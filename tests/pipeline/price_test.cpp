#include "pipeline/price.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "cli/options/pipeline_options.h"
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

TEST(Price, WhatDoesNotFitIsTheLargestNumber) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  const Price dearest{.tokens = {.input = 10'000'000'000'000, .output = 10'000'000'000'000}};
  EXPECT_EQ(cost(tokens(most, 0, 0, most), dearest), most);
  EXPECT_EQ(dearest_cost(dearest, most, most), most);
}

TEST(Price, OfBatchesIsAShareRoundedOnce) {
  const Price p{.tokens = {.input = 1'000'000}, .batch = 500'000'000};
  EXPECT_EQ(cost(tokens(3, 0, 0, 0), p, {.tier = ServiceTier::batch}), 2);  // 1.5
  EXPECT_EQ(cost(tokens(3, 0, 0, 0), p), 3);
}

TEST(Price, HasWhatEachCallCosts) {
  const Price p{.tokens = {.input = 1'000'000'000}, .per_call = 5'000'000};
  Usage usage = tokens(1000, 0, 0, 0);
  usage.calls = 1;
  EXPECT_EQ(cost(usage, p), 6'000'000);
  EXPECT_EQ(dearest_cost(p, 1000, 0), 6'000'000);
}

TEST(Price, TheDearestCallIsNoCheaperThanAnyCall) {
  const Price p{
      .tokens = {.input = 3, .cached_input = 1, .cache_write = 4, .output = 10, .cache_write_1h = 6},
      .long_context = {{100,
                        {.input = 6, .cached_input = 2, .cache_write = 8, .output = 5, .cache_write_1h = 12}},
                       {1000,
                        {.input = 1, .cached_input = 1, .cache_write = 1, .output = 1, .cache_write_1h = 1}}},
      .per_call = 7};
  Price nano = p;  // In nano-dollars a token, so that nothing is rounded.
  const auto scale = [](TokenPrices& one) {
    for (std::int64_t* price :
         {&one.input, &one.cached_input, &one.cache_write, &one.output, &one.cache_write_1h})
      *price *= 1'000'000;
  };
  scale(nano.tokens);
  for (LongContextPrices& tier : nano.long_context)
    scale(tier.tokens);
  std::minstd_rand random(1);
  const auto up_to = [&](std::int64_t most) { return static_cast<std::int64_t>(random() % (most + 1)); };
  for (int i = 0; i < 20'000; ++i) {
    const std::int64_t most_in = up_to(2000), most_out = up_to(500);
    Usage usage{.calls = 1};
    usage.input_tokens = up_to(most_in);
    usage.cached_input_tokens = up_to(usage.input_tokens);
    usage.cache_write_tokens = up_to(usage.input_tokens - usage.cached_input_tokens);
    usage.cache_write_1h_tokens = up_to(usage.cache_write_tokens);
    usage.output_tokens = up_to(most_out);
    ASSERT_LE(cost(usage, nano), dearest_cost(nano, most_in, most_out));
  }
}

}  // namespace
}  // namespace docket
