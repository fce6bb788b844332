#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/field.h"
#include "pipeline/price.h"
#include "pipeline/registry.h"
#include "pipeline/settings.h"

namespace docket::backends {

namespace fields {

/// USD per million tokens, or per hour; what is sold costs less than 1,000.
inline constexpr double dearest = 10'000;

inline constexpr std::string_view price_words[] = {unknown_price_is_ok};

constexpr Field amount(std::string_view name, double maximum, std::string_view help) {
  return {.name = name, .type = Field::Type::decimal, .help = help, .minimum = 0, .maximum = maximum};
}
constexpr Field token_price(std::string_view name, std::string_view help) {
  return amount(name, dearest, help);
}

inline constexpr Field long_context_fields[] = {
    {.name = "tokens",
     .type = Field::Type::integer,
     .help = "a prompt with more of them has these prices, for all of its tokens and its answer's",
     .required = true,
     .minimum = 1,
     .maximum = 100'000'000},
    token_price("input", "these and those below as in `price`"),
    token_price("cached_input", "same as this `input` when absent"),
    token_price("cache_write", "1.25 times this `input` when absent"),
    token_price("cache_write_1h",
                "twice this `input` with models of Anthropic, same as `cache_write` with others when absent"),
    token_price("output", "USD per million output tokens"),
};

inline constexpr Field price_fields[] = {
    token_price("input", "USD per million input tokens"),
    token_price("cached_input", "of these, read from the server's cache; same as `input` when absent"),
    token_price("cache_write", "of these, written to the server's cache; 1.25 times `input` when absent"),
    token_price("cache_write_1h",
                "of these, to be kept for an hour; twice `input` with models of Anthropic, same as "
                "`cache_write` with others when absent"),
    token_price("output", "USD per million output tokens"),
    {.name = "above",
     .type = Field::Type::group,
     .help = "what a request with a long prompt costs",
     .fields = long_context_fields},
    amount("batch", 1,
           "the share of the price that the server takes for what it does in a batch, or when it has room "
           "(service tier `batch` or `flex`), such as 0.5"),
    amount("per_call", 100, "USD for each call, beside its tokens"),
    amount("per_hour", dearest,
           "USD per hour in which the server works on calls; calls at the same time share it"),
    amount("per_kwh", 100, "USD per kWh, in place of `per_hour`"),
    {.name = "watts",
     .type = Field::Type::integer,
     .help = "what the machine takes while it works on calls",
     .minimum = 1,
     .maximum = 1'000'000},
    {.name = "as_of", .type = Field::Type::date, .help = "when these prices were looked up"},
};

}  // namespace fields

/// What calls cost by the pipeline's `price`, else, of a cloud model, by docket's own table.
std::optional<Price> model_price(const Settings& settings);
/// The same, where the model is Anthropic's, whatever it is called.
std::optional<Price> anthropic_price(const Settings& settings);

/// Prices that lack something, contradict each other, or look like dollars per token or per thousand tokens.
std::optional<SettingProblem> price_problem(const Settings& settings);

/// That the price of a cloud model is not known, and so neither is what its calls cost.
std::vector<std::string> price_warnings(const Settings& settings);

}  // namespace docket::backends
