#include "pipeline/price.h"

#include <cmath>

namespace docket {
namespace {

constexpr std::int64_t pico_per_nano = 1000;

/// 1 USD per million tokens is 1e-6 USD, a million pico-dollars, per token.
std::int64_t pico_dollars(double usd_per_million) { return std::llround(usd_per_million * 1e6); }

}  // namespace

std::optional<Price> price_of(const Settings& backend) {
  if (!backend.has("price")) return std::nullopt;
  const Settings group = backend.group("price");
  Price price;
  price.input = pico_dollars(group.number("input"));
  price.output = pico_dollars(group.number("output"));
  price.cached_input = group.has("cached_input") ? pico_dollars(group.number("cached_input")) : price.input;
  price.cache_write = group.has("cache_write") ? pico_dollars(group.number("cache_write")) : price.input;
  return price;
}

std::int64_t cost(const Usage& usage, const Price& price) {
  const std::int64_t plain = usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens;
  const std::int64_t pico = plain * price.input + usage.cached_input_tokens * price.cached_input +
                            usage.cache_write_tokens * price.cache_write + usage.output_tokens * price.output;
  return (pico + pico_per_nano / 2) / pico_per_nano;
}

}  // namespace docket
