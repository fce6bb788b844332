#include "pipeline/ledger/pipeline_digest.h"

#include "pipeline/answer_settings.h"
#include "pipeline/ledger/stage_key.h"
#include "pipeline/ledger/tables.h"
#include "pipeline/pipeline.h"
#include "pipeline/support/digest.h"

namespace docket {
namespace {

using nlohmann::json;
using Describe = std::function<json(const std::string&)>;

json describe_backend(const Pipeline& pipeline, const ModelDigests& models, const std::string& name) {
  const BackendConfig* const backend = pipeline.backend(name);
  if (backend == nullptr) return name;
  const Describe another = [](const std::string&) {
    return json();
  };  // A fallback is not part of what it is.
  json description = {
      {"type", backend->type->name},
      {"settings", answer_settings(backend->type->fields, backend->settings.resolved(), another)}};
  if (std::string place = place_apart(*backend, pipeline); !place.empty())
    description["place"] = std::move(place);
  // A model that is shown stand-ins may say something else, also one that answers as another's fallback.
  const json policy = pipeline.settings.resolved().value("policy", json::object());
  if (reaches_cloud(*backend, pipeline))
    for (const char* setting : {"redact", "redact_patterns"})
      if (policy.contains(setting) && !policy[setting].empty()) description[setting] = policy[setting];
  if (const auto model = models.find(name); model != models.end()) description["model"] = model->second;
  return description;
}

json when_of(const StageConfig& stage) {
  json when = json::array();
  for (const NamedCondition& named : stage.when)
    when.push_back({named.name, named.condition->expression()});
  return when;
}

}  // namespace

std::string server_id(const BackendConfig& backend) {
  json identity = json::array({backend.type->name});
  if (backend.type->server != nullptr)
    for (const json& part : backend.type->server(backend.settings))
      identity.push_back(part);
  return short_digest(json_to_text(identity));
}

Result<ModelDigests> known_models(LedgerDatabase& ledger, const Pipeline& pipeline) {
  ModelDigests models;
  for (const BackendConfig& backend : pipeline.backends) {
    if (backend.type->server == nullptr) continue;
    Result<std::string> model = select_model(ledger, server_id(backend));
    if (!model) return model.error();
    if (!model->empty()) models[backend.name] = std::move(*model);
  }
  return models;
}

LedgerConfiguration configuration_of(const Pipeline& pipeline, const StageConfig& stage,
                                     const ModelDigests& models) {
  const Describe backend = [&](const std::string& name) { return describe_backend(pipeline, models, name); };
  const auto described = [&](const StageConfig& one) -> json {
    json description = {{"version", one.type->version},
                        {"settings", answer_settings(one.type->fields, one.settings.resolved(), backend)}};
    json machine = one.type->machine == nullptr ? json() : one.type->machine(one.settings);
    if (!machine.is_null()) description["machine"] = std::move(machine);
    return description;
  };
  json content = described(stage);
  content["type"] = stage.type->name;
  const std::string again = stage.stage == nullptr ? "" : stage.stage->redoes();
  if (const StageConfig* redone = pipeline.stage(again); redone != nullptr)
    content["redoes"] = described(*redone);
  LedgerConfiguration configuration;
  configuration.stage = stage.id;
  configuration.content = json_to_text(content);
  configuration.digest = short_digest(configuration.content);
  return configuration;
}

std::vector<LedgerConfiguration> configurations_of(const Pipeline& pipeline, const ModelDigests& models) {
  std::vector<LedgerConfiguration> configurations;
  for (const StageConfig& stage : pipeline.stages)
    configurations.push_back(configuration_of(pipeline, stage, models));
  return configurations;
}

std::string pipeline_digest(const Pipeline& pipeline,
                            const std::vector<LedgerConfiguration>& configurations) {
  json all = json::array();
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const StageConfig& stage = pipeline.stages[i];
    all.push_back({stage.id, configurations[i].digest, stage.after, when_of(stage)});
  }
  const json settings = pipeline.settings.resolved();
  const json complexity = {complexity_version, settings.value("complexity", json())};
  return short_digest(json_to_text(
      {{"stages", all}, {"policy", settings.value("policy", json())}, {"complexity", complexity}}));
}

PipelineDigests pipeline_digests(const Pipeline& pipeline,
                                 const std::vector<LedgerConfiguration>& configurations) {
  PipelineDigests digests{pipeline_digest(pipeline, configurations)};
  std::string left_out;
  for (const StageConfig& stage : pipeline.stages)
    if (stage.left_out) left_out += " " + stage.id;
  if (!left_out.empty()) digests.part = short_digest(digests.whole + " without" + left_out);
  return digests;
}

}  // namespace docket
