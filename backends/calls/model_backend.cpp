#include "backends/calls/model_backend.h"

#include "backends/calls/egress_guard.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_server.h"
#include "backends/protocols/model_type.h"

namespace docket::backends {

// From the outside in: may it be asked at all, is it of use, is the answer one, another attempt, was it
// answered before, can it be paid, which address, is there room, whose fault is a refusal, one exchange.
std::unique_ptr<Backend> make_model_backend(const BackendConfig& config, bool offline,
                                            const ResponseCacheOptions& memory, HttpLoop& loop, Trace* trace,
                                            CallOptions options) {
  Timer& timer = options.timer == nullptr ? loop : *options.timer;
  const std::string name = "backend '" + config.name + "'";
  options.gate.name = options.addresses.name = options.breaker.name = name;
  options.gate.width = static_cast<std::size_t>(config.settings.integer("max_concurrent"));
  options.reask.call = config.settings.duration("deadline");

  const std::optional<Price> price = price_of(config);
  std::vector<std::unique_ptr<Backend>> addresses;
  for (const Target& target : targets_of(config)) {
    auto server = std::make_unique<ModelServer>(target, price, make_protocol(config, target), loop, trace,
                                                options.health.warn);
    addresses.push_back(
        make_gate(make_health_check(std::move(server), options.health, timer), options.gate, timer));
  }
  std::unique_ptr<Backend> backend = addresses.size() == 1
                                         ? std::move(addresses.front())
                                         : make_load_balancer(std::move(addresses), options.addresses, timer);
  if (options.budget != nullptr && price)
    backend = make_budgeted(std::move(backend), *options.budget, *price,
                            config.settings.boolean("think") ? room_for_thinking : 0);
  backend = make_response_cache(std::move(backend), config, memory);
  backend = make_retry(std::move(backend), options.retry, timer);
  backend = make_reask(std::move(backend), options.reask, timer);
  backend = make_circuit_breaker(std::move(backend), options.breaker, timer);
  return make_egress_guard(std::move(backend), config.name, location_of(config), offline);
}

}  // namespace docket::backends
