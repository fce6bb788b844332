#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/settings.h"
#include "pipeline/usage.h"

namespace docket {

/// What tokens of a model cost, as the pipeline's `price` says: USD per million tokens, held as pico-dollars
/// (1e-12 USD) per token. Prices of up to six decimals are exact.
struct Price {
  std::int64_t input = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0;  ///< Thinking is output.
};

/// Of a backend's settings; none: the pipeline does not say.
std::optional<Price> price_of(const Settings& backend);

/// What a call cost, in nano-dollars (1e-9 USD), rounded to the nearest.
std::int64_t cost(const Usage& usage, const Price& price);

}  // namespace docket
