#include "pipeline/plan_checks.h"

#include <algorithm>

#include "pipeline/location.h"
#include "pipeline/stage_order.h"
#include "pipeline/suggest.h"

namespace docket {
namespace {

std::string needs_text(const Catalog& catalog) {
  std::string text = "reads the document's text, but no stage before it provides it";
  for (const StageKind& kind : catalog.stages) {
    if (kind.provides_text) return text + "; put '- " + std::string(kind.type) + ":' before it";
  }
  return text;
}

/// Positions in Plan::backends of those that a backend names.
std::vector<std::size_t> named_by(const Plan& plan, const BackendPlan& backend) {
  std::vector<std::string> names;
  for (const Field& field : backend.kind->fields) {
    if (field.type == Field::Type::backend) names.push_back(backend.settings.text(field.name));
    if (field.type != Field::Type::backends) continue;
    const auto list = backend.settings.texts(field.name);
    names.insert(names.end(), list.begin(), list.end());
  }
  std::vector<std::size_t> named;
  for (const std::string& name : names) {
    if (const BackendPlan* other = plan.backend(name)) named.push_back(other - plan.backends.data());
  }
  return named;
}

}  // namespace

void check_text(const Plan& plan, const Catalog& catalog, Complaints& complaints) {
  std::vector<bool> has_text(plan.stages.size());
  const StagePlan* provider = nullptr;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const StagePlan& stage = plan.stages[i];
    const Position position{stage.line, stage.column, 0};
    for (const std::size_t earlier : stage.after) {
      has_text[i] = has_text[i] || has_text[earlier];
    }
    if (stage.kind->reads_text && !has_text[i])
      complaints.add(position, "stages." + stage.id, needs_text(catalog));
    if (!stage.kind->provides_text) continue;
    has_text[i] = true;
    if (provider) {
      complaints.add(position, "stages." + stage.id,
                     "'" + std::string(stage.kind->type) +
                         "' can stand in a pipeline once; there is one in line " +
                         std::to_string(provider->line));
    } else {
      provider = &stage;
    }
  }
}

void check_backend_cycles(const Plan& plan, Complaints& complaints) {
  Predecessors named;
  for (const BackendPlan& backend : plan.backends) {
    named.push_back(named_by(plan, backend));
  }
  for (const auto& cycle : sort_stages(named).cycles) {
    std::string text;
    for (const std::size_t i : cycle) {
      text += plan.backends[i].name + " -> ";
    }
    const BackendPlan& first = plan.backends[cycle.front()];
    complaints.add({first.line, first.column, 0}, "backends." + first.name,
                   "these backends lead to each other without an end: " + text + first.name);
  }
}

void check_conditions(const Plan& plan, Complaints& complaints) {
  std::vector<std::string_view> known = {"document"};
  for (const StagePlan& stage : plan.stages)
    known.push_back(stage.id);
  const auto check = [&](const std::vector<NamedCondition>& conditions, Position position,
                         const std::string& place) {
    for (const NamedCondition& named : conditions) {
      for (const std::string& member : named.condition->members()) {
        if (std::ranges::find(known, member) != known.end()) continue;
        complaints.add(position, place,
                       "the condition '" + named.name + "' reads ." + member +
                           ", which is no stage of this pipeline" + did_you_mean(member, known));
      }
    }
  };
  for (const StagePlan& stage : plan.stages)
    check(stage.when, {stage.line, stage.column, 0}, "stages." + stage.id + ".when");
  check(plan.settings.group("policy").conditions("private"), {1, 1, 0}, "policy.private");
}

void check_budget(const Plan& plan, Complaints& complaints) {
  const Settings budget = plan.settings.group("budget");
  if (!budget.has("run") && !budget.has("document")) return;
  for (const BackendPlan& backend : plan.backends) {
    if (location_of(backend) == Location::local || backend.settings.has("price")) continue;
    complaints.add({backend.line, backend.column, 0}, "backends." + backend.name,
                   "is a cloud model without a `price`, so no budget can hold it; add what it costs, such as "
                   "price: {input: 3.00, output: 15.00}, in USD per million tokens");
  }
}

}  // namespace docket
