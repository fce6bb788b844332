#include "pipeline/usage.h"

namespace docket {

Usage& Usage::operator+=(const Usage& other) {
  calls += other.calls;
  input_tokens += other.input_tokens;
  cached_input_tokens += other.cached_input_tokens;
  cache_write_tokens += other.cache_write_tokens;
  output_tokens += other.output_tokens;
  reasoning_tokens += other.reasoning_tokens;
  nano_dollars += other.nano_dollars;
  unpriced_calls += other.unpriced_calls;
  return *this;
}

}  // namespace docket
