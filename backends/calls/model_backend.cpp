#include "backends/calls/model_backend.h"

#include <atomic>

#include "backends/calls/egress_guard.h"
#include "backends/calls/observed.h"
#include "backends/calls/shared_backend.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_server.h"
#include "backends/protocols/model_type.h"

namespace docket::backends {
namespace {

/// Where `auto` begins at servers that do not tell how many calls they work on.
constexpr std::size_t cautious_width = 1;

/// As the pipeline says, else as each server does. The gate owns the servers.
void set_width(const Settings& settings, std::vector<ModelServer*> servers, GateOptions& gate) {
  gate.width = static_cast<std::size_t>(settings.integer("max_concurrent"));
  gate.finds_width = gate.width == 0;  // `auto`
  if (gate.finds_width) gate.width = cautious_width;
  if (settings.has("max_concurrent") && !gate.finds_width) return;
  gate.find_width = [servers = std::move(servers), width = gate.width](std::size_t address, auto found) {
    servers[address]->find_out([found = std::move(found), width](const Result<Server>& server) {
      found(server ? calls_at_a_time(*server, width) : width);
    });
  };
}

/// Tells the first of what it is told.
ModelServer::Tell once(ModelServer::Tell tell) {
  if (!tell) return tell;
  return [tell = std::move(tell), told = std::make_shared<std::atomic_flag>()](const std::string& words) {
    if (!told->test_and_set()) tell(words);
  };
}

}  // namespace

// From the outside in: may it be asked at all, is it of use, is the answer one, in which words, another
// attempt, was it answered before, is the model loaded, which address and is there room, whose fault is a
// refusal, one exchange that can be paid.
std::unique_ptr<Backend> make_model_backend(const BackendConfig& config,
                                            const std::shared_ptr<const Secrets>& secrets, bool offline,
                                            const ResponseCacheOptions& memory, HttpLoop& loop, Trace* trace,
                                            CallOptions options) {
  Timer& timer = options.timer == nullptr ? loop : *options.timer;
  options.breaker.name = "backend '" + config.name + "'";
  options.retry.activity = options.activity;
  options.reask.call = options.retry.patience = options.gate.patience = config.settings.duration("deadline");

  const std::optional<Price> price = price_of(config);
  const bool costs = price || location_of(config) == Location::cloud;
  options.gate.keeps_places = costs && memory.store != nullptr;
  const ModelServer::Tell unclear_cost = once(options.health.warn);
  std::vector<std::unique_ptr<Backend>> addresses;
  std::vector<ModelServer*> servers;
  for (const Target& target : targets_of(config, secrets)) {
    auto server =
        std::make_shared<ModelServer>(target, price, make_protocol(config, target), loop, trace,
                                      options.purse, options.health.warn, unclear_cost, options.activity);
    servers.push_back(server.get());
    if (options.models != nullptr) options.models->add(config, server);
    std::unique_ptr<Backend> address =
        make_health_check(std::make_unique<SharedBackend>(std::move(server)), options.health, timer);
    if (options.activity != nullptr)
      address = make_observed(std::move(address), Observed::exchange, *options.activity);
    addresses.push_back(std::move(address));
  }
  set_width(config.settings, std::move(servers), options.gate);
  std::unique_ptr<Backend> backend = make_gate(std::move(addresses), options.gate, timer);
  if (options.models != nullptr) backend = make_warm(std::move(backend), config.name, *options.models);
  backend = make_response_cache(std::move(backend), config, memory);
  backend = make_retry(std::move(backend), options.retry, timer);
  backend = make_redaction(std::move(backend), location_of(config), std::move(options.redacted));
  backend = make_reask(std::move(backend), options.reask, timer);
  backend = make_circuit_breaker(std::move(backend), options.breaker, timer);
  backend = make_egress_guard(std::move(backend), config.name, location_of(config), offline);
  if (options.activity == nullptr) return backend;
  return make_observed(std::move(backend), Observed::question, *options.activity);
}

}  // namespace docket::backends
