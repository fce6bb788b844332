#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/http/address.h"
#include "backends/protocols/protocol.h"
#include "pipeline/pipeline.h"
#include "pipeline/registry.h"

namespace docket::backends {

/// The row of a protocol: `own`, and how all protocols read what they share of their settings, where `own`
/// does not say.
BackendType model_type(BackendType own);

/// What the setting `location` says, else the farthest of the addresses; cloud also when the model's name
/// says that Ollama hands it on (`…-cloud`).
Location model_location(const Settings& settings);
bool is_handed_on(std::string_view model);

// What every type with `url`, `api_key`, `location`, `connect_timeout` and `timeout` has.

/// What the setting `location` says, else the farthest of the addresses.
Location server_location(const Settings& settings);
/// An address that is none or more than one, a key that would go over plain HTTP to another machine.
std::optional<SettingProblem> server_problem(const Settings& settings);
/// An address that ends with what docket appends to it.
std::optional<SettingProblem> endpoint_problem(const Address& address,
                                               std::span<const std::string_view> ends);
/// `server_problem`, and what else a model's settings may have.
std::optional<SettingProblem> model_problem(const Settings& settings);
/// The backend at each of its addresses, without what is a model's.
std::vector<Target> server_targets(const BackendConfig& backend,
                                   const std::shared_ptr<const Secrets>& secrets);

/// The keys of all backends.
std::shared_ptr<const Secrets> secrets_of(const Pipeline& pipeline);
/// The backend at each of its addresses.
std::vector<Target> targets_of(const BackendConfig& backend, const std::shared_ptr<const Secrets>& secrets);
/// By the type of the backend, which answers prompts; otherwise throws std::logic_error.
std::unique_ptr<Protocol> make_protocol(const BackendConfig& backend, const Target& target);

}  // namespace docket::backends
