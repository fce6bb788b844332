#include "pipeline/usage.h"

#include <algorithm>

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

void Spending::add(const ModelUsage& used) {
  const auto same = std::ranges::find_if(by_model_, [&](const ModelUsage& known) {
    return known.backend == used.backend && known.model == used.model;
  });
  if (same == by_model_.end()) {
    by_model_.push_back(used);
  } else {
    same->usage += used.usage;
  }
}

Spending& Spending::operator+=(const Spending& other) {
  for (const ModelUsage& used : other.by_model_)
    add(used);
  return *this;
}

Usage Spending::total() const {
  Usage total;
  for (const ModelUsage& used : by_model_)
    total += used.usage;
  return total;
}

}  // namespace docket
