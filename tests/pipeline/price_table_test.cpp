#include "pipeline/price_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/support/decimal.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr std::int64_t usd = 1'000'000'000;
constexpr const char* day = "2026-11-26";

const json& table() {
  static const json parsed = json::parse(price_table_files().front().content);
  return parsed;
}

std::int64_t input_price(const char* model, const char* on = day) {
  const Result<Price> price = listed_price(model, "", on);
  return price ? price->tokens.input : -1;
}

TEST(PriceTable, KnowsAModelByTheNamesThatItHas) {
  const struct {
    const char* model;
    std::int64_t input;
  } rows[] = {
      {"claude-sonnet-4-5", 3 * usd},
      {"claude-sonnet-4-5-20250929", 3 * usd},
      {"claude-sonnet-4.5", 3 * usd},
      {"anthropic/claude-sonnet-4.5", 3 * usd},
      {"openrouter/anthropic/claude-sonnet-4.5", 3 * usd},
      {"litellm_proxy/Claude-Sonnet-4-5", 3 * usd},
      {"global.anthropic.claude-sonnet-4-5-20250929-v1:0", 3 * usd},
      {"global.anthropic.claude-opus-4-6-v1", 5 * usd},
      {"gpt-5.1", usd * 5 / 4},
      {"gpt-5.1-2025-11-13", usd * 5 / 4},
      {"openai/gpt-5", usd * 5 / 4},
      {"gpt-4o", usd * 5 / 2},
      {"gpt-4o-2024-08-06", usd * 5 / 2},
      {"gpt-4o-2024-05-13", 5 * usd},  // Its own price.
      {"models/gemini-2.5-flash", usd * 3 / 10},
      {"deepseek/deepseek-v4-flash", usd * 14 / 100},
  };
  for (const auto& row : rows)
    EXPECT_EQ(input_price(row.model), row.input) << row.model;
}

TEST(PriceTable, DoesNotTakeOneModelForAnother) {
  for (const char* model :
       {"", "m", "gpt", "gpt-5-", "gpt-5-turbo", "gpt-4o-audio-preview", "gpt-4o-2024-13-01", "claude-sonnet",
        "claude-sonnet-4-5:free", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "anthropic.claude-sonnet-4-5-20250929-v1:0", "someone/claude-sonnet-4-5", "openai/claude-sonnet-4-5",
        "claude-sonnet-4-5-extended", "/claude-sonnet-4-5", "gpt-oss-20b", "gemini-2.5-flash-image"}) {
    const Result<Price> price = listed_price(model, "", day);
    ASSERT_FALSE(price) << model;
    EXPECT_NE(price.error().message.find("has no model '" + std::string(model) + "'"), std::string::npos);
  }
}

TEST(PriceTable, HasThePriceOfTheDay) {
  EXPECT_EQ(input_price("gpt-5.6-luna", "2026-07-29"), usd);
  EXPECT_EQ(input_price("gpt-5.6-luna", "2026-07-30"), usd / 5);
  EXPECT_EQ(input_price("gemini-3.6-flash", "2026-12-31"), usd * 3 / 4);
  EXPECT_EQ(input_price("gemini-3.6-flash", "2027-01-01"), usd * 3 / 2);
  EXPECT_EQ(listed_price("claude-sonnet-5-5", "", "2026-10-06")->tokens.cached_input, usd / 5);
  EXPECT_EQ(listed_price("claude-sonnet-5-5", "", "2026-10-07")->tokens.cached_input, usd / 10);
  const Result<Price> none = listed_price("gpt-6-sol", "", "2026-01-01");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("no price of 'gpt-6-sol' for 2026-01-01"), std::string::npos);
}

TEST(PriceTable, HasAllThatAVendorTakesMoneyFor) {
  const Price price = *listed_price("claude-sonnet-4-5", "api.anthropic.com", day);
  EXPECT_EQ(price.tokens.cached_input, usd * 3 / 10);
  EXPECT_EQ(price.tokens.cache_write, usd * 375 / 100);
  EXPECT_EQ(price.tokens.cache_write_1h, usd * 6);
  EXPECT_EQ(price.tokens.output, usd * 15);
  EXPECT_EQ(price.batch, usd / 2);
  ASSERT_EQ(price.long_context.size(), 1U);
  EXPECT_EQ(price.long_context[0].above, 200'000);
  EXPECT_EQ(price.long_context[0].tokens.output, usd * 225 / 10);
}

TEST(PriceTable, SaysWhichRowAndOfWhatDay) {
  const std::string own = listed_price("claude-opus-4-6", "api.anthropic.com", day)->source;
  EXPECT_NE(own.find("docket's table of 2026-"), std::string::npos) << own;
  EXPECT_NE(own.find("anthropic's claude-opus-4-6, valid from 2026-07-24"), std::string::npos) << own;
  EXPECT_EQ(own.find("may ask"), std::string::npos) << own;
  const std::string other = listed_price("anthropic/claude-opus-4.6", "openrouter.ai", day)->source;
  EXPECT_NE(other.find("openrouter.ai may ask another price"), std::string::npos) << other;
}

bool is_decimal(const json& value) { return value.is_string() && parse_decimal(value.get<std::string>()); }

void check_prices(const json& prices, const std::string& where) {
  for (const char* name : {"input", "output"})
    EXPECT_TRUE(prices.contains(name)) << where << " lacks " << name;
  for (const auto& [name, value] : prices.items())
    if (name == "input" || name == "output" || name.starts_with("cache")) {
      ASSERT_TRUE(is_decimal(value)) << where << " " << name;
      const std::int64_t price = *parse_decimal(value.get<std::string>());
      EXPECT_TRUE(price > usd / 1000 && price < 1000 * usd) << where << " " << name;
    }
  const auto of = [&](const char* name) {
    return *parse_decimal(prices.value(name, prices["input"].get<std::string>()));
  };
  EXPECT_LE(of("cached_input"), of("input")) << where;
  EXPECT_LE(of("input"), of("cache_write")) << where;
  EXPECT_LT(of("input"), of("output")) << where;
}

TEST(PriceTable, IsWellKept) {
  ASSERT_TRUE(is_iso_date(table()["as_of"].get<std::string>()));
  std::set<std::pair<std::string, std::string>> begun;  // Model and first day.
  for (const json& row : table()["prices"]) {
    const std::string where = row["models"].dump();
    check_prices(row, where);
    std::int64_t last = 0;
    for (const json& tier : row.value("above", json::array())) {
      check_prices(tier, where + " above");
      EXPECT_GT(tier["tokens"].get<std::int64_t>(), last) << where;
      last = tier["tokens"].get<std::int64_t>();
    }
    EXPECT_TRUE(!row.contains("batch") || is_decimal(row["batch"])) << where;
    EXPECT_TRUE(is_iso_date(row["valid_from"].get<std::string>())) << where;
    EXPECT_TRUE(!row.contains("valid_to") || is_iso_date(row["valid_to"].get<std::string>())) << where;
    EXPECT_TRUE(row["sure"] == "reported, announced" || row["valid_from"] <= table()["as_of"]) << where;
    EXPECT_TRUE(table()["vendors"].contains(row["vendor"].get<std::string>())) << where;
    EXPECT_TRUE(table()["sources"].contains(row["source"].get<std::string>())) << where;
    const std::string sure = row["sure"];
    EXPECT_TRUE(sure.starts_with("recorded") || sure.starts_with("reported")) << where;
    for (const json& model : row["models"])
      EXPECT_TRUE(begun.emplace(model, row["valid_from"]).second) << where;
  }
}

TEST(PriceTable, HasOnePriceOfAModelAtMostForAnyDay) {
  for (const json& a : table()["prices"])
    for (const json& b : table()["prices"]) {
      if (&a == &b) continue;
      const bool same = std::ranges::any_of(a["models"], [&](const json& model) {
        return std::ranges::find(b["models"], model) != b["models"].end();
      });
      const bool overlap =
          a["valid_from"] <= b.value("valid_to", "9999") && b["valid_from"] <= a.value("valid_to", "9999");
      EXPECT_FALSE(same && overlap) << a.dump() << "\n" << b.dump();
    }
}

}  // namespace
}  // namespace docket
