#pragma once
#include <cstdint>

#include "pipeline/usage.h"

namespace docket {

/// What tokens of a model cost, in pico-dollars (1e-12 USD) per token: prices of up to six decimals, in USD
/// per million tokens, are exact.
struct Price {
  std::int64_t input = 0;
  std::int64_t cached_input = 0;
  std::int64_t cache_write = 0;
  std::int64_t output = 0;  ///< Thinking is output.
};

/// What a call cost, in nano-dollars (1e-9 USD), rounded to the nearest.
std::int64_t cost(const Usage& usage, const Price& price);

}  // namespace docket
