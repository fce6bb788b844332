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

/// Units that price lists have in place of a million tokens: how many times smaller their numbers are.
struct Unit {
  const char* name;
  std::int64_t times;
};
constexpr Unit per_token{"token", 1'000'000};
constexpr Unit per_thousand{"thousand tokens", 1'000};

// What is sold for less, where nobody knows the model, in billionths. Models of one billion parameters are
// sold at 0.005 and 0.01 per million tokens of input and output.
constexpr std::int64_t least_per_million = billion / 10'000;
constexpr std::int64_t least_input = billion / 500, usual_least_output = billion / 50;
/// Output costs so many times as much as input where models are large, and less where they are that cheap.
constexpr std::int64_t dear_output = 3;

/// A price of tokens, and how far below that of input, or of the table, it may be in the right unit: that
/// times smaller than by the unit. What is read from a cache is sold for a 120th of input, and for as much.
struct TokenPrice {
  const char* name;
  std::int64_t TokenPrices::*listed;
  std::int64_t room;
};
constexpr TokenPrice token_prices_by_name[] = {{"input", &TokenPrices::input, 10},
                                               {"cached_input", &TokenPrices::cached_input, 2},
                                               {"cache_write", &TokenPrices::cache_write, 10},
                                               {"cache_write_1h", &TokenPrices::cache_write_1h, 10},
                                               {"output", &TokenPrices::output, 10}};

/// `known`: what it would be about, or 0.
const Unit* unit_by_known(std::int64_t value, std::int64_t known, std::int64_t room) {
  if (value == 0 || known == 0) return nullptr;
  if (value < known / (per_token.times / room)) return &per_token;
  return value < known / (per_thousand.times / room) ? &per_thousand : nullptr;
}

/// Where nothing else is known. Running a small model of one's own may cost as little as a thousandth.
const Unit* unit_by_amount(const std::string& name, std::int64_t value, std::int64_t input,
                           Location location) {
  if (value == 0) return nullptr;
  if (value < least_per_million) return &per_token;
  if (location == Location::local) return nullptr;
  if (name == "input" && value < least_input) return &per_thousand;
  const bool is_low_output = name == "output" && value < usual_least_output;
  return is_low_output && value >= dear_output * input ? &per_thousand : nullptr;
}

SettingProblem in_other_unit(const std::string& path, std::int64_t value, const Unit& unit) {
  return {path, decimal_text(value) + " looks like USD per " + unit.name +
                    "; prices are in USD per million tokens, so this would be " +
                    decimal_text(value * unit.times)};
}

/// Of the prices of `group`, which are about `known` (0: nobody knows) or, those of input excepted, about
/// `input`.
std::optional<SettingProblem> in_other_units(const Settings& group, const std::string& path,
                                             const TokenPrices& known, std::int64_t input,
                                             Location location) {
  for (const TokenPrice& price : token_prices_by_name) {
    const std::string name = price.name;
    const std::int64_t value = group.decimal(name);
    const std::int64_t listed = known.*price.listed;
    const bool is_input = name == "input" && path == "price";
    const std::int64_t about = listed > 0 ? listed : is_input ? 0 : input;
    const Unit* unit = unit_by_known(value, about, price.room);
    const bool is_alone = listed == 0 && (is_input || input == 0 || name == "output");
    if (unit == nullptr && is_alone) unit = unit_by_amount(name, value, input, location);
    if (unit != nullptr) return in_other_unit(path + "." + name, value, *unit);
  }
  return std::nullopt;
}

std::optional<SettingProblem> in_other_units(const Settings& settings) {
  const Settings group = settings.group("price");
  const Location location = model_location(settings);
  const Result<Price> table = listed(settings);
  // What running a model of one's own costs has nothing to do with what vendors ask for it.
  const bool is_sold = table && location == Location::cloud;
  const TokenPrices known = is_sold ? table->tokens : TokenPrices();
  const std::int64_t input = group.decimal("input");
  if (auto problem = in_other_units(group, "price", known, input, location)) return problem;
  if (!group.has("above")) return std::nullopt;
  const bool has_tiers = is_sold && !table->long_context.empty();
  return in_other_units(group.group("above"), "price.above",
                        has_tiers ? table->long_context.front().tokens : known, input, location);
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
