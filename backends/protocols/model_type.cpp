#include "backends/protocols/model_type.h"

#include <stdexcept>

#include "backends/protocols/keep_alive.h"
#include "backends/protocols/price_settings.h"

namespace docket::backends {
namespace {

using nlohmann::json;

std::optional<SettingProblem> keep_alive_problem(const Settings& settings) {
  const std::string text = settings.text("keep_alive");
  if (text.empty()) return std::nullopt;
  const std::optional<double> seconds = keep_alive_seconds(text);
  if (!seconds)
    return SettingProblem{"keep_alive",
                          "'" + text +
                              "' is neither a number of seconds nor a duration such as 90s, 30m "
                              "or 1h30m; 0 is not at all, and -1 for ever"};
  if (*seconds == 0 && settings.boolean("warm_up"))
    return SettingProblem{"warm_up",
                          "a server that keeps the model for no time (keep_alive: 0) has none "
                          "when the first document comes"};
  return std::nullopt;
}

/// What documentation of servers gives as whole addresses.
constexpr std::string_view endpoints[] = {"/chat/completions", "/completions",  "/v1/models", "/v1/messages",
                                          "/api/chat",         "/api/generate", "/api/tags",  "/responses"};

/// Settings that do nothing here.
std::vector<std::string> model_warnings(const Settings& settings) {
  std::vector<std::string> found = price_warnings(settings);
  if (model_location(settings) == Location::local) return found;
  for (const char* name : {"keep_alive", "warm_up", "free_at_end"})
    if (settings.has(name))
      found.push_back(std::string(name) + " is for local servers, and does nothing in the cloud");
  return found;
}

/// The addresses, and the model there.
json model_identity(const Settings& settings) {
  const json resolved = settings.resolved();
  return json::array({resolved.value("url", json()), resolved.value("model", json())});
}

}  // namespace

std::optional<SettingProblem> endpoint_problem(const Address& address,
                                               std::span<const std::string_view> ends) {
  for (const std::string_view end : ends)
    if (address.path.ends_with(end))
      return SettingProblem{"url",
                            "leave '" + std::string(end) + "' out: docket itself appends what it asks"};
  return std::nullopt;
}

std::optional<SettingProblem> model_problem(const Settings& settings) {
  if (auto problem = server_problem(settings)) return problem;
  if (auto problem = keep_alive_problem(settings)) return problem;
  return price_problem(settings);
}

BackendType model_type(BackendType own) {
  if (own.location == nullptr) own.location = model_location;
  if (own.price == nullptr) own.price = model_price;
  if (own.problem == nullptr) own.problem = model_problem;
  if (own.warnings == nullptr) own.warnings = model_warnings;
  if (own.server == nullptr) own.server = model_identity;
  return own;
}

bool is_handed_on(std::string_view model) { return model.ends_with("-cloud") || model.ends_with(":cloud"); }

Location model_location(const Settings& settings) {
  // Ollama speaks the other protocols too.
  if (!settings.has("location") && is_handed_on(settings.text("model"))) return Location::cloud;
  return server_location(settings);
}

Location server_location(const Settings& settings) {
  if (settings.has("location"))
    return settings.text("location") == "cloud" ? Location::cloud : Location::local;
  for (const std::string& url : settings.texts("url")) {
    const auto address = parse_address(url);
    if (!address || location_of(*address) == Location::cloud) return Location::cloud;
  }
  return Location::local;
}

std::optional<SettingProblem> server_problem(const Settings& settings) {
  const bool has_key = !settings.text("api_key").empty();
  for (const std::string& url : settings.texts("url")) {
    const auto address = parse_address(url);
    if (!address) return SettingProblem{"url", address.error().message};
    if (auto problem = endpoint_problem(*address, endpoints)) return problem;
    if (has_key && address->scheme == "http" && !is_loopback(*address)) {
      return SettingProblem{"url", "keys are sent only over https or to this machine, and http://" +
                                       address->host + " is neither"};
    }
  }
  return std::nullopt;
}

std::shared_ptr<const Secrets> secrets_of(const Pipeline& pipeline) {
  std::vector<std::string> keys;
  for (const BackendConfig& backend : pipeline.backends)
    if (backend.type->answers_prompts() || backend.type->reads_files)
      keys.push_back(backend.settings.text("api_key"));
  return std::make_shared<const Secrets>(keys);
}

std::vector<Target> server_targets(const BackendConfig& backend,
                                   const std::shared_ptr<const Secrets>& secrets) {
  const Settings& settings = backend.settings;
  Target target;
  target.backend = backend.name;
  target.key = settings.text("api_key");
  target.secrets = secrets;
  target.location = location_of(backend);
  target.limits.connect = settings.duration("connect_timeout");
  target.limits.total = settings.duration("timeout");
  target.limits.first_byte = target.limits.total;  // An answer comes in one piece at the end.
  std::vector<Target> targets;
  for (std::string url : settings.texts("url")) {
    while (url.ends_with('/'))
      url.pop_back();
    const Result<Address> address = parse_address(url);
    target.through_proxy = target.location == Location::cloud && address && !is_loopback(*address);
    target.only_locally = target.location == Location::local && !settings.has("location");
    target.url = std::move(url);
    targets.push_back(target);
  }
  return targets;
}

std::vector<Target> targets_of(const BackendConfig& backend, const std::shared_ptr<const Secrets>& secrets) {
  const Settings& settings = backend.settings;
  std::vector<Target> targets = server_targets(backend, secrets);
  for (Target& target : targets) {
    target.model = settings.text("model");
    if (settings.integer("context") > 0) target.context = settings.integer("context");
    target.think = settings.boolean("think");
    target.keep_alive = settings.text("keep_alive");
    if (settings.has("first_byte_timeout"))
      target.limits.first_byte = settings.duration("first_byte_timeout");
  }
  return targets;
}

std::unique_ptr<Protocol> make_protocol(const BackendConfig& backend, const Target& target) {
  if (!backend.type->answers_prompts())
    throw std::logic_error("the backend type '" + std::string(backend.type->name) + "' has no protocol");
  return backend.type->protocol(target);
}

}  // namespace docket::backends
