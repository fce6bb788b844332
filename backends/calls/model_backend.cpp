#include "backends/calls/model_backend.h"

#include "backends/calls/egress_guard.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_server.h"
#include "backends/protocols/model_type.h"

namespace docket::backends {

// From the outside in: may it be asked at all, is it of use, is the answer one, another attempt, was it
// answered before, which address and is there room, whose fault is a refusal, can it be paid, one exchange.
std::unique_ptr<Backend> make_model_backend(const BackendConfig& config,
                                            const std::shared_ptr<const Secrets>& secrets, bool offline,
                                            const ResponseCacheOptions& memory, HttpLoop& loop, Trace* trace,
                                            CallOptions options) {
  Timer& timer = options.timer == nullptr ? loop : *options.timer;
  options.breaker.name = "backend '" + config.name + "'";
  options.gate.width = static_cast<std::size_t>(config.settings.integer("max_concurrent"));
  options.reask.call = options.retry.patience = options.gate.patience = config.settings.duration("deadline");

  const std::optional<Price> price = price_of(config);
  const bool costs = price || location_of(config) == Location::cloud;
  options.gate.keeps_places = costs && memory.store != nullptr;
  std::vector<std::unique_ptr<Backend>> addresses;
  for (const Target& target : targets_of(config, secrets)) {
    std::unique_ptr<Backend> address = std::make_unique<ModelServer>(
        target, price, make_protocol(config, target), loop, trace, options.health.warn);
    if (options.budget != nullptr && price)
      address = make_budgeted(std::move(address), *options.budget, *price,
                              config.settings.boolean("think") ? room_for_thinking : 0);
    addresses.push_back(make_health_check(std::move(address), options.health, timer));
  }
  std::unique_ptr<Backend> backend = make_gate(std::move(addresses), options.gate, timer);
  backend = make_response_cache(std::move(backend), config, memory);
  backend = make_retry(std::move(backend), options.retry, timer);
  backend = make_reask(std::move(backend), options.reask, timer);
  backend = make_circuit_breaker(std::move(backend), options.breaker, timer);
  return make_egress_guard(std::move(backend), config.name, location_of(config), offline);
}

}  // namespace docket::backends
