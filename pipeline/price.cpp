#include "pipeline/price.h"

namespace docket {
namespace {

constexpr std::int64_t pico_per_nano = 1000;

}  // namespace

std::int64_t cost(const Usage& usage, const Price& price) {
  const std::int64_t plain = usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens;
  const std::int64_t pico = plain * price.input + usage.cached_input_tokens * price.cached_input +
                            usage.cache_write_tokens * price.cache_write + usage.output_tokens * price.output;
  return (pico + pico_per_nano / 2) / pico_per_nano;
}

}  // namespace docket
