#include "pipeline/run/prefix_reuse.h"

#include "pipeline/support/money.h"

namespace docket {

PrefixReuse::PrefixReuse(const Pipeline& pipeline) {
  for (const BackendConfig& backend : pipeline.backends)
    prices_[backend.name] = price_of(backend);
}

void PrefixReuse::add(const LedgerCall& call) {
  const Usage& usage = call.usage;
  tokens_ += usage.cached_input_tokens;
  if (usage.cached_input_tokens == 0 && usage.cache_write_tokens == 0) return;
  if (usage.unpriced_calls > 0) ++unpriced_calls_;
  const auto price = prices_.find(call.backend);
  if (usage.unpriced_calls > 0 || price == prices_.end() || !price->second) return;
  Usage plain = usage;
  plain.cached_input_tokens = plain.cache_write_tokens = plain.cache_write_1h_tokens = 0;
  nano_dollars_ += cost(plain, *price->second, terms_of(call)) - cost(usage, *price->second, terms_of(call));
}

nlohmann::ordered_json PrefixReuse::to_json() const {
  nlohmann::ordered_json json = {{"tokens", tokens_}};
  json["cost_usd"] =
      unpriced_calls_ > 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(in_usd(nano_dollars_));
  return json;
}

}  // namespace docket
