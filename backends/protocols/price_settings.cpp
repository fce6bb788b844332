#include "backends/protocols/price_settings.h"

#include <algorithm>
#include <initializer_list>

#include "backends/http/address.h"
#include "backends/protocols/model_type.h"
#include "pipeline/price_table.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/decimal.h"
#include "pipeline/support/iso_8601.h"

namespace docket::backends {
namespace {

constexpr std::int64_t billion = 1'000'000'000;
constexpr std::int64_t pico_per_nano = 1000;

/// Whose rules hold for what the pipeline's `price` does not say.
enum class Vendor { any, anthropic };

bool is_given(const Settings& settings) {
  return settings.has("price") && settings.group("price").word().empty();
}

std::string host_of(const Settings& settings) {
  const std::vector<std::string> urls = settings.texts("url");
  const auto address = parse_address(urls.empty() ? std::string() : urls.front());
  return address ? address->host : std::string();
}

Result<Price> listed(const Settings& settings) {
  return listed_price(settings.text("model"), host_of(settings), utc_now().substr(0, 10));
}

/// Anthropic takes 1.25 times the price of input for what it keeps in its cache for five minutes, twice for
/// an hour; who else takes money for that (OpenAI since gpt-5.6, Qwen, Bedrock) takes 1.25 times, too.
TokenPrices token_prices(const Settings& group, Vendor vendor) {
  TokenPrices prices;
  const auto given = [&](const char* name, std::int64_t otherwise) {
    return group.has(name) ? group.decimal(name) : otherwise;
  };
  prices.input = group.decimal("input");
  prices.cached_input = given("cached_input", prices.input);
  prices.cache_write = given("cache_write", (prices.input * 5 + 3) / 4);
  const std::int64_t hour = vendor == Vendor::anthropic ? 2 * prices.input : prices.cache_write;
  prices.cache_write_1h = given("cache_write_1h", std::max(hour, prices.cache_write));
  prices.output = group.decimal("output");
  return prices;
}

Price given_price(const Settings& group, Vendor vendor) {
  Price price;
  price.tokens = token_prices(group, vendor);
  if (const Settings above = group.group("above"); group.has("above"))
    price.long_context.push_back({above.integer("tokens"), token_prices(above, vendor)});
  if (group.has("batch")) price.batch = group.decimal("batch");
  price.per_call = group.decimal("per_call");
  // Nano-dollars per kWh, times watts, are a thousand times as much per hour.
  price.per_hour = group.has("per_kwh") ? group.decimal("per_kwh") * group.integer("watts")
                                        : group.decimal("per_hour") * pico_per_nano;
  price.source = "the pipeline" + (group.has("as_of") ? ", as of " + group.text("as_of") : "");
  return price;
}

std::optional<Price> price_of(const Settings& settings, Vendor vendor) {
  if (is_given(settings)) return given_price(settings.group("price"), vendor);
  if (model_location(settings) == Location::local) return std::nullopt;
  Result<Price> price = listed(settings);
  return price ? std::optional(*std::move(price)) : std::nullopt;
}

bool has_any(const Settings& group, std::initializer_list<const char*> names) {
  return std::ranges::any_of(names, [&](const char* name) { return group.has(name); });
}

std::optional<SettingProblem> missing(const Settings& group, const std::string& path) {
  for (const char* name : {"input", "output"})
    if (!group.has(name))
      return SettingProblem{path + "." + name,
                            std::string("missing, expected USD per million ") + name + " tokens"};
  return std::nullopt;
}

std::optional<SettingProblem> incomplete(const Settings& group) {
  const bool has_tokens =
      has_any(group, {"input", "cached_input", "cache_write", "cache_write_1h", "output", "above", "batch"});
  const bool has_other = has_any(group, {"per_call", "per_hour", "per_kwh"});
  if (has_tokens || !has_other)
    if (auto problem = missing(group, "price")) return problem;
  if (group.has("above"))
    if (auto problem = missing(group.group("above"), "price.above")) return problem;
  if (group.has("per_hour") && group.has("per_kwh"))
    return SettingProblem{"price.per_hour", "is given beside `per_kwh`; the machine has one of the two"};
  if (group.has("per_kwh") != group.has("watts"))
    return SettingProblem{group.has("watts") ? "price.per_kwh" : "price.watts",
                          "missing: `per_kwh` and `watts` together give the price of an hour"};
  return std::nullopt;
}

/// Units that price lists have in place of a million tokens: how many times smaller their numbers are, and at
/// most which, where nobody knows the model. Nothing that is sold costs less, but what is free.
struct Unit {
  const char* name;
  std::int64_t times;
  std::int64_t input_below, output_below;  ///< Billionths.
};
constexpr Unit per_token{"token", 1'000'000, billion / 10'000, billion / 10'000};
constexpr Unit per_thousand{"thousand tokens", 1'000, billion / 500, billion / 50};

/// `known`: what the table has, or 0.
const Unit* mistaken_unit(std::int64_t value, std::int64_t known, std::int64_t Unit::*below,
                          Location location) {
  if (value == 0) return nullptr;
  const auto is = [&](const Unit& unit) {
    return known > 0 ? value < known / (unit.times / 10) : value < unit.*below;
  };
  if (is(per_token)) return &per_token;
  // Running a small model of one's own may cost as little.
  return location == Location::cloud && is(per_thousand) ? &per_thousand : nullptr;
}

std::optional<SettingProblem> in_other_units(const Settings& settings) {
  const Settings group = settings.group("price");
  const Location location = model_location(settings);
  const Result<Price> table = listed(settings);
  const TokenPrices known = table ? table->tokens : TokenPrices();
  const auto check = [&](const char* name, std::int64_t listed,
                         std::int64_t Unit::*below) -> std::optional<SettingProblem> {
    const std::int64_t value = group.decimal(name);
    const Unit* unit = mistaken_unit(value, listed, below, location);
    if (unit == nullptr) return std::nullopt;
    return SettingProblem{std::string("price.") + name,
                          decimal_text(value) + " looks like USD per " + unit->name +
                              "; prices are in USD per million tokens, so this would be " +
                              decimal_text(value * unit->times)};
  };
  if (auto problem = check("input", known.input, &Unit::input_below)) return problem;
  return check("output", known.output, &Unit::output_below);
}

/// Where `unknown-ok` changes nothing.
std::vector<std::string> unneeded(const Settings& settings) {
  if (model_location(settings) == Location::local)
    return {"price: unknown-ok says nothing of a local model, whose calls cost nothing without a `price`"};
  if (listed(settings))
    return {"price: unknown-ok says nothing of '" + settings.text("model") +
            "', whose price is in docket's table; leave it out"};
  return {};
}

}  // namespace

std::optional<Price> model_price(const Settings& settings) {
  const bool is_claude = to_lower(settings.text("model")).find("claude") != std::string::npos;
  return price_of(settings, is_claude ? Vendor::anthropic : Vendor::any);
}

std::optional<Price> anthropic_price(const Settings& settings) {
  return price_of(settings, Vendor::anthropic);
}

std::optional<SettingProblem> price_problem(const Settings& settings) {
  if (!is_given(settings)) return std::nullopt;
  if (auto problem = incomplete(settings.group("price"))) return problem;
  return in_other_units(settings);
}

std::vector<std::string> price_warnings(const Settings& settings) {
  if (settings.has("price") && !is_given(settings)) return unneeded(settings);
  if (settings.has("price") || model_location(settings) == Location::local) return {};
  const Result<Price> price = listed(settings);
  if (price) return {};
  return {"what its calls cost is unknown: there is no `price`, and " + price.error().message +
          "; add price: {input: …, output: …} in USD per million tokens, or price: unknown-ok"};
}

}  // namespace docket::backends
