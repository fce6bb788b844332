#include "pipeline/price.h"

#include <algorithm>
#include <limits>

namespace docket {
namespace {

__extension__ using Wide = __int128;  // A price may be 1e13, and a run have 1e12 tokens.

constexpr std::int64_t femto_per_nano = 1'000'000;
constexpr std::int64_t billion = 1'000'000'000;
constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

const TokenPrices& prices_of(const Price& price, std::int64_t input_tokens) {
  const TokenPrices* prices = &price.tokens;
  for (const LongContextPrices& tier : price.long_context)
    if (input_tokens > tier.above) prices = &tier.tokens;
  return *prices;
}

Wide femto_dollars(const Usage& usage, const TokenPrices& prices) {
  const Wide plain = Wide(usage.input_tokens) - usage.cached_input_tokens - usage.cache_write_tokens;
  const Wide short_writes = Wide(usage.cache_write_tokens) - usage.cache_write_1h_tokens;
  return plain * prices.input + Wide(usage.cached_input_tokens) * prices.cached_input +
         short_writes * prices.cache_write + Wide(usage.cache_write_1h_tokens) * prices.cache_write_1h +
         Wide(usage.output_tokens) * prices.output;
}

/// Pico-dollars for an hour, of which there are 3.6e12 nanoseconds.
Wide femto_dollars(std::chrono::nanoseconds time, std::int64_t per_hour) {
  constexpr std::int64_t nanoseconds_per_thousandth = 3'600'000'000;
  return Wide(time.count()) * per_hour / nanoseconds_per_thousandth;
}

std::int64_t nano_dollars(Wide femto) {
  const Wide nano = (femto + femto_per_nano / 2) / femto_per_nano;
  return static_cast<std::int64_t>(std::min<Wide>(nano, largest));
}

}  // namespace

std::int64_t cost(const Usage& usage, const Price& price, const CallTerms& terms) {
  Wide femto = femto_dollars(usage, prices_of(price, usage.input_tokens));
  const Wide representable = Wide(largest) * femto_per_nano;
  if (terms.tier == ServiceTier::batch)
    femto = std::min(femto, representable) * price.batch.value_or(billion) / billion;
  femto += Wide(usage.calls) * price.per_call * femto_per_nano;
  femto += femto_dollars(terms.machine_time, price.per_hour);
  return nano_dollars(femto);
}

bool depends_on_tokens(const Price& price) {
  const auto costs = [](const TokenPrices& one) {
    return one.input > 0 || one.cached_input > 0 || one.cache_write > 0 || one.cache_write_1h > 0 ||
           one.output > 0;
  };
  return price.per_call > 0 || costs(price.tokens) ||
         std::ranges::any_of(price.long_context, costs, &LongContextPrices::tokens);
}

std::int64_t dearest_cost(const Price& price, std::int64_t input_tokens, std::int64_t output_tokens,
                          std::chrono::nanoseconds machine_time) {
  const auto most = [&](const TokenPrices& prices) {
    const std::int64_t input =
        std::max({prices.input, prices.cached_input, prices.cache_write, prices.cache_write_1h});
    return Wide(input_tokens) * input + Wide(output_tokens) * prices.output;
  };
  Wide femto = most(price.tokens);
  for (const LongContextPrices& tier : price.long_context)
    if (input_tokens > tier.above) femto = std::max(femto, most(tier.tokens));
  femto += Wide(price.per_call) * femto_per_nano + femto_dollars(machine_time, price.per_hour);
  return nano_dollars(femto);
}

}  // namespace docket
