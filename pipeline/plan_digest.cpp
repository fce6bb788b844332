#include "pipeline/plan_digest.h"

#include "pipeline/digest.h"
#include "pipeline/ledger_tables.h"
#include "pipeline/plan.h"
#include "pipeline/stage_key.h"

namespace docket {
namespace {

using nlohmann::json;
using Describe = std::function<json(const std::string&)>;

json describe_backend(const Plan& plan, const ModelDigests& models, const std::string& name) {
  const BackendPlan* const backend = plan.backend(name);
  if (backend == nullptr) return name;
  const Describe another = [](const std::string&) {
    return json();
  };  // A fallback is not part of what it is.
  json description = {
      {"type", backend->kind->type},
      {"settings", answer_settings(backend->kind->fields, backend->settings.resolved(), another)}};
  if (const auto model = models.find(name); model != models.end()) description["model"] = model->second;
  return description;
}

json when_of(const StagePlan& stage) {
  json when = json::array();
  for (const NamedCondition& named : stage.when)
    when.push_back({named.name, named.condition->expression()});
  return when;
}

}  // namespace

std::string server_id(const BackendPlan& backend) {
  const json& settings = backend.settings.resolved();
  return short_digest(
      json_to_text({backend.kind->type, settings.value("url", json()), settings.value("model", json())}));
}

Result<ModelDigests> known_models(LedgerDatabase& ledger, const Plan& plan) {
  ModelDigests models;
  for (const BackendPlan& backend : plan.backends) {
    if (!backend.kind->answers_prompts) continue;
    Result<std::string> model = select_model(ledger, server_id(backend));
    if (!model) return model.error();
    if (!model->empty()) models[backend.name] = std::move(*model);
  }
  return models;
}

LedgerConfiguration configuration_of(const Plan& plan, const StagePlan& stage, const ModelDigests& models) {
  const Describe backend = [&](const std::string& name) { return describe_backend(plan, models, name); };
  const auto described = [&](const StagePlan& one) -> json {
    return {{"version", one.kind->version},
            {"settings", answer_settings(one.kind->fields, one.settings.resolved(), backend)}};
  };
  json content = described(stage);
  content["type"] = stage.kind->type;
  const std::string again = stage.stage == nullptr ? "" : stage.stage->redoes();
  if (const StagePlan* redone = plan.stage(again); redone != nullptr) content["redoes"] = described(*redone);
  LedgerConfiguration configuration;
  configuration.stage = stage.id;
  configuration.content = json_to_text(content);
  configuration.digest = short_digest(configuration.content);
  return configuration;
}

std::vector<LedgerConfiguration> configurations_of(const Plan& plan, const ModelDigests& models) {
  std::vector<LedgerConfiguration> configurations;
  for (const StagePlan& stage : plan.stages)
    configurations.push_back(configuration_of(plan, stage, models));
  return configurations;
}

std::string plan_digest(const Plan& plan, const std::vector<LedgerConfiguration>& configurations) {
  json all = json::array();
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const StagePlan& stage = plan.stages[i];
    all.push_back({stage.id, configurations[i].digest, stage.after, when_of(stage)});
  }
  return short_digest(
      json_to_text({{"stages", all}, {"policy", plan.settings.resolved().value("policy", json())}}));
}

}  // namespace docket
