#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/usage.h"

namespace docket {

/// What tokens cost, in femto-dollars (1e-15 USD) each. That is billionths of "USD per million tokens", so
/// prices of up to nine decimals are exact.
struct TokenPrices {
  std::int64_t input = 0;
  std::int64_t cached_input = 0;    ///< Read from the server's cache.
  std::int64_t cache_write = 0;     ///< Written to it, for minutes.
  std::int64_t output = 0;          ///< Thinking is output.
  std::int64_t cache_write_1h = 0;  ///< Written to it, for an hour.
};

/// Prices of all tokens of a request whose prompt has more than `above` tokens, not only of those beyond.
struct LongContextPrices {
  std::int64_t above = 0;
  TokenPrices tokens = {};
};

/// What calls to a model cost.
struct Price {
  TokenPrices tokens = {};
  std::vector<LongContextPrices> long_context = {};  ///< By `above`, ascending.
  std::optional<std::int64_t> batch = std::nullopt;  ///< In batches: billionths of the price. None: unknown.
  std::int64_t per_call = 0;                         ///< Nano-dollars (1e-9 USD), beside the tokens.
  std::int64_t per_hour = 0;                         ///< Pico-dollars (1e-12 USD), of Call::machine_time.
  std::string source = {};                           ///< Where it comes from, for people.
};

/// In place of a price in the pipeline: calls are made although nobody knows what they cost.
inline constexpr std::string_view unknown_price_is_ok = "unknown-ok";

/// At which of its prices a provider serves a call.
enum class ServiceTier {
  standard,
  batch,  ///< Also what is only done when there is room (`flex`), for the same money.
};

/// What the cost of a call depends on beside its tokens.
struct CallTerms {
  ServiceTier tier = ServiceTier::standard;
  std::chrono::nanoseconds machine_time{0};  ///< The call's share of the time that the server was at work.
};

/// What one call cost, in nano-dollars (1e-9 USD), rounded once, to the nearest. Of sums of calls only where
/// the price has no tiers. Never overflows: what does not fit is the largest number.
std::int64_t cost(const Usage& usage, const Price& price, const CallTerms& terms = {});

/// Not: only time costs anything, or nothing does.
bool depends_on_tokens(const Price& price);

/// The most that one call can cost with no more than so many tokens, whatever of its input is written to a
/// cache, and whether it counts as long or not.
std::int64_t dearest_cost(const Price& price, std::int64_t input_tokens, std::int64_t output_tokens,
                          std::chrono::nanoseconds machine_time = {});

}  // namespace docket
