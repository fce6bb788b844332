#include <algorithm>
#include <latch>

#include "backends/backends.h"
#include "backends/calls/egress_guard.h"
#include "backends/protocols/model_type.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

// A server that is there says what it has at once; one that is not must not hold up a run with nothing to do.
constexpr std::chrono::seconds longest_connect{2};
constexpr std::chrono::seconds longest_look{5};
constexpr std::size_t longest_model = 300;  ///< Bytes of what tells a model from another.

struct Look {
  std::string backend;
  std::unique_ptr<Protocol> protocol;
  HttpRequest request;
  std::shared_ptr<const Secrets> secrets;
  std::string model;
};

std::vector<Look> looks_at(const Pipeline& pipeline, bool offline) {
  std::vector<Look> looks;
  const auto secrets = secrets_of(pipeline);
  for (const BackendConfig& backend : pipeline.backends) {
    if (!backend.type->answers_prompts()) continue;
    for (const Target& target : targets_of(backend, secrets)) {
      if (is_kept_off(target.location, offline)) continue;
      std::unique_ptr<Protocol> protocol = make_protocol(backend, target);
      std::optional<HttpRequest> request = protocol->ask_models();
      if (!request) continue;
      request->limits.connect = std::min<std::chrono::milliseconds>(request->limits.connect, longest_connect);
      request->limits.first_byte = request->limits.total = longest_look;
      looks.push_back({backend.name, std::move(protocol), std::move(*request), secrets, {}});
    }
  }
  return looks;
}

}  // namespace

ModelDigests find_models(const Pipeline& pipeline, bool offline, const std::stop_token& stop) {
  std::vector<Look> looks = looks_at(pipeline, offline);
  if (looks.empty()) return {};
  std::latch all(static_cast<std::ptrdiff_t>(looks.size()));
  HttpLoop loop(stop);
  for (Look& look : looks) {
    loop.send(std::move(look.request), [&look, &all](const Result<HttpReply>& reply) {
      const Result<HttpReply> safe = look.secrets->erased(reply, SecretIn::answer);
      if (safe) look.model = excerpt(look.protocol->model_in(*safe), longest_model);
      all.count_down();
    });
  }
  all.wait();
  ModelDigests models;  // Of several addresses the first that knows speaks for all.
  for (Look& look : looks)
    if (!look.model.empty()) models.try_emplace(look.backend, std::move(look.model));
  return models;
}

}  // namespace docket::backends
