#include "pipeline/price_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

using nlohmann::json;

const json& table() {
  static const json parsed = json::parse(price_table_files().front().content);
  return parsed;
}

bool contains(const json& list, std::string_view text) {
  return std::ranges::any_of(list,
                             [&](const json& one) { return one.get_ref<const std::string&>() == text; });
}

/// Gateways write `claude-sonnet-4.5` for `claude-sonnet-4-5`.
std::string normal(std::string_view model) {
  std::string name = to_lower(model);
  std::ranges::replace(name, '.', '-');
  return name;
}

/// `gpt-5-2025-08-07` and `claude-opus-4-5-20251101` without their day; as it is where it has none.
std::string_view without_day(std::string_view name) {
  for (const std::size_t length :
       {std::string_view("-2025-08-07").size(), std::string_view("-20250807").size()}) {
    if (name.size() <= length) continue;
    const std::string_view end = name.substr(name.size() - length);
    std::string day(end.substr(1));
    if (end.front() == '-' && day.find('-') == std::string::npos && day.size() == 8)
      day = day.substr(0, 4) + "-" + day.substr(4, 2) + "-" + day.substr(6);
    if (end.front() == '-' && is_iso_date(day)) return name.substr(0, name.size() - length);
  }
  return name;
}

/// `-v1:0` and `-v1`, as Bedrock has it behind its names.
std::string_view without_version(std::string_view name) {
  const std::size_t at = name.rfind("-v");
  const bool is_version =
      at != std::string_view::npos && name.find_first_not_of("0123456789:", at + 2) == std::string_view::npos;
  return is_version ? name.substr(0, at) : name;
}

/// A model's name apart from what stands before it: `openrouter/anthropic/`, `global.anthropic.`. Bedrock's
/// regional names (`eu.anthropic.`) stay whole, so that nothing matches: there the prices are others.
struct Name {
  std::vector<std::string> prefixes;
  std::string model;
};
Name parts_of(std::string_view model) {
  Name name;
  const std::string whole = to_lower(model);
  std::string_view rest = whole;
  for (std::size_t slash = rest.find('/'); slash != std::string_view::npos; slash = rest.find('/')) {
    name.prefixes.emplace_back(rest.substr(0, slash));
    rest.remove_prefix(slash + 1);
  }
  constexpr std::string_view bedrock = "global.anthropic.";
  if (rest.starts_with(bedrock)) {
    name.prefixes.emplace_back(bedrock.substr(0, bedrock.size() - 1));
    rest = without_version(rest.substr(bedrock.size()));
  }
  name.model = normal(rest);
  return name;
}

bool has_model(const json& row, std::string_view model) {
  return std::ranges::any_of(row["models"],
                             [&](const json& one) { return normal(one.get<std::string>()) == model; });
}

bool is_sold_as(const json& row, const Name& name) {
  const json& vendor = table()["vendors"][row["vendor"].get<std::string>()];
  return std::ranges::all_of(name.prefixes, [&](const std::string& prefix) {
    return contains(table()["gateways"], prefix) || contains(vendor["prefixes"], prefix);
  });
}

std::vector<const json*> rows_of(const Name& name, std::string_view model) {
  std::vector<const json*> rows;
  for (const json& row : table()["prices"])
    if (has_model(row, model) && is_sold_as(row, name)) rows.push_back(&row);
  return rows;
}

std::int64_t billionths(const json& row, const char* name) {
  return parse_decimal(row.at(name).get_ref<const std::string&>()).value();
}

/// What is not told of the cache is not sold, or costs what input costs.
TokenPrices token_prices(const json& row) {
  const auto of_input = [&](const char* name) {
    return billionths(row, row.contains(name) ? name : "input");
  };
  TokenPrices prices;
  prices.input = billionths(row, "input");
  prices.cached_input = of_input("cached_input");
  prices.cache_write = of_input("cache_write");
  prices.cache_write_1h =
      row.contains("cache_write_1h") ? billionths(row, "cache_write_1h") : prices.cache_write;
  prices.output = billionths(row, "output");
  return prices;
}

std::string source(const json& row, const std::string& model, std::string_view host) {
  const std::string vendor = row["vendor"];
  std::string text = "docket's table of " + table()["as_of"].get<std::string>() + ": " + vendor + "'s " +
                     model + ", valid from " + row["valid_from"].get<std::string>();
  if (row.contains("valid_to")) text += " to " + row["valid_to"].get<std::string>();
  text += ", " + row["sure"].get<std::string>();
  if (!host.empty() && !contains(table()["vendors"][vendor]["hosts"], host))
    text += "; " + std::string(host) + " may ask another price: then set 'price'";
  return text;
}

Price price_in(const json& row) {
  Price price;
  price.tokens = token_prices(row);
  for (const json& tier : row.value("above", json::array()))
    price.long_context.push_back({tier["tokens"].get<std::int64_t>(), token_prices(tier)});
  if (row.contains("batch")) price.batch = billionths(row, "batch");
  return price;
}

}  // namespace

Result<Price> listed_price(std::string_view model, std::string_view host, std::string_view day) {
  const Name name = parts_of(model);
  std::string_view known = name.model;
  std::vector<const json*> rows = rows_of(name, known);
  if (rows.empty()) rows = rows_of(name, known = without_day(known));
  const std::string words = "docket's table of prices (" + table()["as_of"].get<std::string>() + ") has ";
  if (rows.empty()) return Error{ErrorClass::config, words + "no model '" + std::string(model) + "'"};
  for (const json* row : rows) {
    if ((*row)["valid_from"].get_ref<const std::string&>() > day) continue;
    if (row->contains("valid_to") && (*row)["valid_to"].get_ref<const std::string&>() < day) continue;
    Price price = price_in(*row);
    const json& models = (*row)["models"];
    const auto as_sold = std::ranges::find_if(
        models, [&](const json& one) { return normal(one.get<std::string>()) == known; });
    price.source = source(*row, *as_sold, host);
    return price;
  }
  return Error{ErrorClass::config,
               words + "no price of '" + std::string(model) + "' for " + std::string(day)};
}

}  // namespace docket
