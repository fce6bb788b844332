#include "backends/protocols/price_settings.h"

#include <gtest/gtest.h>

#include "cli/options/pipeline_options.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/pipeline.h"
#include "tests/temp_dir.h"

namespace docket::backends {
namespace {

constexpr std::int64_t usd = 1'000'000'000;
constexpr const char* far_away = "url: 'https://api.example.com/v1'";

/// A pipeline with this backend; the settings stand in line 3, from column 8 on.
PipelineOrDiagnostics read_with(const std::string& settings) {
  setenv("DOCKET_TEST_KEY", "sk-secret-4711", 1);
  const TempDir dir;
  return read_pipeline(
      dir.write("p.yaml", "version: 1\nbackends:\n  m: { " + settings + " }\nstages:\n  - extract:\n"),
      registry());
}

std::string openai_with(const std::string& price, const std::string& model = "m",
                        const std::string& more = far_away) {
  return "type: openai, model: '" + model + "', " + more + (price.empty() ? "" : ", price: " + price);
}

std::optional<Price> price_with(const std::string& settings) {
  const PipelineOrDiagnostics result = read_with(settings);
  if (!result.pipeline) throw std::invalid_argument(to_string(result.diagnostics.at(0)));
  return docket::price_of(result.pipeline->backends[0]);
}

std::string complaint(const std::string& settings) {
  const PipelineOrDiagnostics result = read_with(settings);
  return result.pipeline ? "" : to_string(result.diagnostics.at(0));
}

std::vector<std::string> warnings(const std::string& settings) {
  return read_with(settings).pipeline->warnings;
}

TEST(PriceSettings, AreExact) {
  const Price price =
      *price_with(openai_with("{ input: 0.1, cached_input: 0.010000001, output: 0.3, batch: 0.5 }"));
  EXPECT_EQ(price.tokens.input, usd / 10);
  EXPECT_EQ(price.tokens.cached_input, usd / 100 + 1);
  EXPECT_EQ(price.tokens.output, usd * 3 / 10);
  EXPECT_EQ(price.batch, usd / 2);
  EXPECT_NE(
      complaint(openai_with("{ input: 0.1, cached_input: 0.0000000001, output: 0.3 }")).find("nine decimals"),
      std::string::npos);
}

TEST(PriceSettings, AWriteToTheCacheCostsAsTheVendorSays) {
  const Price plain = *price_with(openai_with("{ input: 2, output: 10 }"));
  EXPECT_EQ(plain.tokens.cache_write, usd * 5 / 2);
  EXPECT_EQ(plain.tokens.cache_write_1h, usd * 5 / 2);
  for (const std::string& settings :
       {openai_with("{ input: 2, output: 10 }", "anthropic/claude-of-next-year"),
        "type: anthropic, model: m, api_key: '${DOCKET_TEST_KEY}', price: { input: 2, output: 10 }" +
            std::string()}) {
    const Price claude = *price_with(settings);
    EXPECT_EQ(claude.tokens.cache_write, usd * 5 / 2);
    EXPECT_EQ(claude.tokens.cache_write_1h, usd * 4);
  }
  const Price given = *price_with(openai_with("{ input: 2, cache_write: 3, cache_write_1h: 5, output: 10 }"));
  EXPECT_EQ(given.tokens.cache_write, usd * 3);
  EXPECT_EQ(given.tokens.cache_write_1h, usd * 5);
}

TEST(PriceSettings, OfALongPromptAreThoseOfTheWholeRequest) {
  const Price price = *price_with(openai_with(
      "{ input: 3, cached_input: 0.3, output: 15, above: { tokens: 200000, input: 6, output: 22.5 } }"));
  Usage usage{.input_tokens = 200'000, .output_tokens = 1000};
  EXPECT_EQ(cost(usage, price), 600'000'000 + 15'000'000);
  usage.input_tokens = 200'001;
  EXPECT_EQ(cost(usage, price), 1'200'006'000 + 22'500'000);
  usage.cached_input_tokens = 200'001;
  EXPECT_EQ(cost(usage, price), 1'200'006'000 + 22'500'000);
}

TEST(PriceSettings, OfAMachineArePerHour) {
  const std::string local = "url: 'http://127.0.0.1:1'";
  const Price hour = *price_with(openai_with("{ per_hour: 0.40 }", "m", local));
  EXPECT_EQ(cost({}, hour, {.machine_time = std::chrono::minutes(15)}), 100'000'000);
  EXPECT_FALSE(depends_on_tokens(hour));
  const Price power = *price_with(openai_with("{ per_kwh: 0.30, watts: 250 }", "m", local));
  EXPECT_EQ(cost({}, power, {.machine_time = std::chrono::hours(1)}), 75'000'000);
  EXPECT_EQ(cost({}, power, {.machine_time = std::chrono::milliseconds(1)}), 21);  // 20.83 nano-dollars.
}

TEST(PriceSettings, OfACloudModelAreInTheTableIfThePipelineDoesNotSay) {
  EXPECT_EQ(price_with(openai_with("", "gpt-5"))->tokens.input, usd * 5 / 4);
  EXPECT_EQ(price_with(openai_with("unknown-ok", "gpt-5"))->tokens.input, usd * 5 / 4);
  EXPECT_EQ(price_with(openai_with("{ input: 7, output: 9 }", "gpt-5"))->tokens.input, usd * 7);
  EXPECT_FALSE(price_with(openai_with("", "gpt-5", "url: 'http://127.0.0.1:1'")));
  EXPECT_TRUE(price_with(openai_with("", "gpt-5", "url: 'http://127.0.0.1:1', location: cloud")));
  EXPECT_FALSE(price_with(openai_with("", "m")));
  EXPECT_TRUE(price_with("type: anthropic, model: claude-opus-4-6, api_key: '${DOCKET_TEST_KEY}'"));
}

TEST(PriceSettings, SayOnceThatAPriceIsUnknown) {
  const auto told = warnings(openai_with("", "some-model"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("p.yaml:3:3: backends.m: what its calls cost is unknown"), std::string::npos)
      << told[0];
  EXPECT_NE(told[0].find("has no model 'some-model'"), std::string::npos) << told[0];
  for (const std::string& settings :
       {openai_with("", "gpt-5"), openai_with("unknown-ok"), openai_with("{ input: 0, output: 0 }"),
        openai_with("", "m", "url: 'http://127.0.0.1:1'")})
    EXPECT_EQ(warnings(settings), std::vector<std::string>()) << settings;
}

TEST(PriceSettings, SayWhereUnknownOkChangesNothing) {
  const std::pair<std::string, const char*> rows[] = {
      {openai_with("unknown-ok", "gpt-5"), "says nothing of 'gpt-5', whose price is in docket's table"},
      {openai_with("unknown-ok", "m", "url: 'http://127.0.0.1:1'"), "says nothing of a local model"},
      {openai_with("unknown-ok", "gpt-5", "url: 'http://127.0.0.1:1'"), "says nothing of a local model"}};
  for (const auto& [settings, says] : rows) {
    const auto told = warnings(settings);
    ASSERT_EQ(told.size(), 1U) << settings;
    EXPECT_NE(told[0].find(says), std::string::npos) << told[0];
  }
}

TEST(PriceSettings, UnknownMayBeAllowed) {
  const auto allowed = [](const std::string& price) {
    return price_may_be_unknown(read_with(openai_with(price)).pipeline->backends[0]);
  };
  EXPECT_TRUE(allowed("unknown-ok"));
  EXPECT_FALSE(allowed(""));
  EXPECT_FALSE(allowed("{ input: 1, output: 2 }"));
  const std::string misspelt = complaint(openai_with("unknown_ok"));
  EXPECT_NE(misspelt.find("expected a mapping of settings, or unknown-ok, got 'unknown_ok'"),
            std::string::npos)
      << misspelt;
}

TEST(PriceSettings, InOtherUnitsAreAComplaintAtTheirPlace) {
  const struct {
    std::string settings;
    const char* says;
  } rows[] = {
      {openai_with("{ input: 0.000003, output: 0.000015 }"),
       "price.input: 0.000003 looks like USD per token; prices are in USD per million tokens, so this would "
       "be 3"},
      {openai_with("{ input: 3e-6, output: 1.5e-5 }"), "0.000003 looks like USD per token"},
      {openai_with("{ input: 0.00000005, output: 0.0000004 }"), "so this would be 0.05"},
      {openai_with("{ input: 0.000003, output: 0.000015 }", "m", "url: 'http://127.0.0.1:1'"), "per token"},
      {openai_with("{ input: 3, output: 0.000015 }"), "price.output: 0.000015 looks like USD per token"},
      {openai_with("{ input: 0.00015, output: 0.0006 }"),
       "price.input: 0.00015 looks like USD per thousand tokens; prices are in USD per million tokens, so "
       "this would be 0.15"},
      {openai_with("{ input: 0.003, output: 0.015 }"),
       "price.output: 0.015 looks like USD per thousand tokens"},
      {openai_with("{ input: 0.005, output: 0.025 }", "anthropic/claude-opus-4.6"), "so this would be 5"},
      {openai_with("{ input: 0.015, output: 0.075 }", "claude-opus-4-1"), "per thousand"},
      {"type: anthropic, model: claude-haiku-4-5, api_key: '${DOCKET_TEST_KEY}', price: { input: 0.001, "
       "output: 0.005 }",
       "per thousand"},
  };
  for (const auto& row : rows) {
    const std::string got = complaint(row.settings);
    EXPECT_NE(got.find(row.says), std::string::npos) << got << "\n" << row.settings;
    EXPECT_NE(got.find("p.yaml:3:" +
                       std::to_string(got.find("price.output") == std::string::npos
                                          ? row.settings.find("input: ") + 8 + 7
                                          : row.settings.find("output: ") + 8 + 8) +
                       ":"),
              std::string::npos)
        << got;
  }
}

TEST(PriceSettings, OfACacheAndOfLongPromptsInOtherUnitsAreAComplaintToo) {
  const struct {
    std::string price;
    const char* says;
    std::string model = "m", more = far_away;
  } rows[] = {
      {"{ input: 3, cached_input: 0.0000003, output: 15 }",
       "price.cached_input: 0.0000003 looks like USD per token; prices are in USD per million tokens, so "
       "this "
       "would be 0.3"},
      {"{ input: 3, cached_input: 0.0003, output: 15 }",
       "price.cached_input: 0.0003 looks like USD per thousand tokens"},
      {"{ input: 1.25, cached_input: 0.000000125, output: 10 }", "so this would be 0.125", "gpt-5"},
      {"{ input: 1.25, cached_input: 0.000125, output: 10 }", "per thousand", "gpt-5"},
      {"{ input: 3, cache_write: 0.00000375, output: 15 }",
       "price.cache_write: 0.00000375 looks like USD per token"},
      {"{ input: 3, cache_write: 0.00375, output: 15 }", "so this would be 3.75", "claude-sonnet-4-5"},
      {"{ input: 3, cache_write_1h: 0.000006, output: 15 }", "price.cache_write_1h: 0.000006 looks like"},
      {"{ input: 3, output: 0.000015 }", "price.output: 0.000015 looks like USD per token"},
      {"{ input: 2, output: 0.010 }", "price.output: 0.01 looks like USD per thousand tokens", "m",
       "url: 'http://127.0.0.1:1'"},
      {"{ input: 3, output: 15, above: { tokens: 200000, input: 0.000006, output: 22.5 } }",
       "price.above.input: 0.000006 looks like USD per token; prices are in USD per million tokens, so this "
       "would be 6"},
      {"{ input: 3, output: 15, above: { tokens: 200000, input: 6, output: 0.0000225 } }",
       "price.above.output: 0.0000225 looks like USD per token"},
      {"{ input: 3, output: 15, above: { tokens: 200000, input: 6, cached_input: 0.0006, output: 22.5 } }",
       "price.above.cached_input: 0.0006 looks like USD per thousand tokens"},
      {"{ input: 3, output: 15, above: { tokens: 200000, input: 6, cache_write: 0.0000075, output: 22.5 } }",
       "price.above.cache_write: 0.0000075"},
      {"{ input: 3, output: 15, above: { tokens: 200000, input: 0.006, output: 0.0225 } }",
       "price.above.input: 0.006 looks like USD per thousand tokens", "claude-sonnet-4-5"},
      {"{ input: 0.1, cached_input: 0.00000001, output: 0.4 }", "price.cached_input", "m",
       "url: 'http://127.0.0.1:1'"},
      {"{ input: 0, cached_input: 0.0000003, output: 0 }", "so this would be 0.3"},
  };
  for (const auto& row : rows) {
    const std::string got = complaint(openai_with(row.price, row.model, row.more));
    EXPECT_NE(got.find(row.says), std::string::npos) << got << "\n" << row.price;
  }
}

TEST(PriceSettings, ThatAreLowAreNoComplaint) {
  for (const std::string& settings :
       {openai_with("{ input: 0, output: 0 }"), openai_with("{ input: 0.005, output: 0.03 }"),
        openai_with("{ input: 0.02, output: 0 }"),
        openai_with("{ input: 0.10, cached_input: 0.0028, output: 0.40 }"),
        openai_with("{ input: 0.435, cached_input: 0.003625, output: 0.87 }"),
        openai_with("{ input: 0.005, output: 0.01 }"), openai_with("{ input: 0.01, output: 0.02 }"),
        openai_with("{ input: 0.003, output: 0.006 }"),
        openai_with("{ input: 0.02, cached_input: 0, cache_write: 0, output: 0.04 }"),
        openai_with("{ input: 0.30, cached_input: 0.03, cache_write: 0.0833, output: 2.50 }"),
        openai_with("{ input: 0.001, output: 0.002 }", "gpt-5", "url: 'http://127.0.0.1:1'"),
        openai_with("{ input: 5, cached_input: 0.05, output: 0.1 }"),
        openai_with("{ input: 0, cached_input: 0.0028, output: 0 }"),
        openai_with("{ input: 3, output: 15, above: { tokens: 9, input: 3, output: 15 } }"),
        openai_with(
            "{ input: 3, output: 15, above: { tokens: 9, input: 1.5, cached_input: 0.03, output: 7.5 } }"),
        openai_with("{ input: 0.0005, output: 0.001 }", "m", "url: 'http://127.0.0.1:1'"),
        openai_with("{ input: 1, output: 4 }", "gpt-5")})
    EXPECT_EQ(complaint(settings), "") << settings;
}

TEST(PriceSettings, ThatLackSomethingAreAComplaint) {
  const struct {
    const char* price;
    const char* says;
  } rows[] = {
      {"{}", "price.input: missing"},
      {"{ as_of: 2026-11-01 }", "price.input: missing"},
      {"{ input: 3 }", "price.output: missing, expected USD per million output tokens"},
      {"{ per_hour: 1, cached_input: 3 }", "price.input: missing"},
      {"{ input: 3, output: 4, above: { input: 6, output: 8 } }", "price.above.tokens: missing"},
      {"{ input: 3, output: 4, above: { tokens: 100000, input: 6 } }", "price.above.output: missing"},
      {"{ per_hour: 1, per_kwh: 0.3, watts: 200 }", "price.per_hour: is given beside `per_kwh`"},
      {"{ per_kwh: 0.3 }", "price.watts: missing"},
      {"{ input: 1, output: 2, watts: 300 }", "price.per_kwh: missing"},
      {"{ input: -1, output: 2 }", "expected an amount from 0 to 10000"},
      {"{ input: '3', output: 2 }", "in quotes; leave them out"},
      {"{ input: 3, ouput: 2 }", "did you mean 'output'?"},
      {"free", "or unknown-ok"},
      {"[3, 15]", "expected a mapping of settings"},
  };
  for (const auto& row : rows) {
    const std::string got = complaint(openai_with(row.price));
    EXPECT_NE(got.find(row.says), std::string::npos) << row.price << ": " << got;
  }
}

}  // namespace
}  // namespace docket::backends
