#include "pipeline/config/checks.h"

#include <algorithm>

#include "pipeline/config/fields.h"
#include "pipeline/config/stage_order.h"
#include "pipeline/json/pattern.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

std::string needs_text(const Registry& registry) {
  std::string text = "reads the document's text, but no stage before it provides it";
  for (const StageType& type : registry.stages) {
    if (type.provides_text) return text + "; put '- " + std::string(type.name) + ":' before it";
  }
  return text;
}

/// Positions in Pipeline::backends of those that a backend names.
std::vector<std::size_t> named_by(const Pipeline& pipeline, const BackendConfig& backend) {
  std::vector<std::size_t> named;
  for (const std::string& name : named_backends(backend.type->fields, backend.settings)) {
    if (const BackendConfig* other = pipeline.backend(name))
      named.push_back(other - pipeline.backends.data());
  }
  return named;
}

bool has_no_price(const BackendConfig& backend) {
  return backend.type->answers_prompts() && location_of(backend) == Location::cloud && !price_of(backend);
}

}  // namespace

void check_text(const Pipeline& pipeline, const Registry& registry, Diagnostics& diagnostics) {
  std::vector<bool> has_text(pipeline.stages.size());
  const StageConfig* provider = nullptr;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const StageConfig& stage = pipeline.stages[i];
    const Position position{stage.line, stage.column, 0};
    for (const std::size_t earlier : stage.after) {
      has_text[i] = has_text[i] || has_text[earlier];
    }
    if (reads_of(stage).text && !has_text[i])
      diagnostics.add(position, "stages." + stage.id, needs_text(registry));
    if (!stage.type->provides_text) continue;
    has_text[i] = true;
    if (provider) {
      diagnostics.add(position, "stages." + stage.id,
                      "'" + std::string(stage.type->name) +
                          "' is allowed once in a pipeline; there is one in line " +
                          std::to_string(provider->line));
    } else {
      provider = &stage;
    }
  }
}

void check_backend_cycles(const Pipeline& pipeline, Diagnostics& diagnostics) {
  Predecessors named;
  for (const BackendConfig& backend : pipeline.backends) {
    named.push_back(named_by(pipeline, backend));
  }
  for (const auto& cycle : sort_stages(named).cycles) {
    std::string text;
    for (const std::size_t i : cycle) {
      text += pipeline.backends[i].name + " -> ";
    }
    const BackendConfig& first = pipeline.backends[cycle.front()];
    diagnostics.add({first.line, first.column, 0}, "backends." + first.name,
                    "these backends fall back on each other in a circle: " + text + first.name);
  }
}

namespace {

/// Of a text of `policy.redact_patterns`; nowhere: it came from a variable.
Position pattern_position(const Node& root, const std::string& expression) {
  const Node::Entry* policy = root.find("policy");
  const Node::Entry* patterns = policy == nullptr ? nullptr : policy->value->find("redact_patterns");
  if (patterns == nullptr) return {};
  for (const NodePtr& item : patterns->value->items)
    if (item->text == expression) return item->position;
  return patterns->value->kind == Node::Kind::scalar ? patterns->value->position : patterns->position;
}

}  // namespace

void check_redaction(const Pipeline& pipeline, const Node& root, Diagnostics& diagnostics) {
  const std::vector<std::string> kinds = pipeline.settings.group("policy").texts("redact");
  if (kinds.size() > 1 && std::ranges::find(kinds, "all") != kinds.end())
    diagnostics.warn({}, "policy.redact",
                     "`all` has the other kinds in it; leave them out, or leave out `all`");
  for (const std::string& expression : pipeline.settings.group("policy").texts("redact_patterns")) {
    const auto compiled = Pattern::compile(expression);
    if (!compiled)
      diagnostics.add(pattern_position(root, expression), "policy.redact_patterns",
                      "'" + expression + "' is not a regular expression: " + compiled.error().message);
    else if ((*compiled)->found_in(""))
      diagnostics.add(pattern_position(root, expression), "policy.redact_patterns",
                      "'" + expression +
                          "' fits an empty text, so it would be everywhere; write what a value has at least");
  }
}

std::vector<const BackendConfig*> without_price(const Pipeline& pipeline) {
  std::vector<const BackendConfig*> found;
  for (const BackendConfig& backend : pipeline.backends)
    if (has_no_price(backend) && !price_may_be_unknown(backend)) found.push_back(&backend);
  return found;
}

std::vector<const BackendConfig*> with_unknown_price(const Pipeline& pipeline) {
  std::vector<const BackendConfig*> found;
  for (const BackendConfig& backend : pipeline.backends)
    if (has_no_price(backend) && price_may_be_unknown(backend)) found.push_back(&backend);
  return found;
}

bool has_budget(const Pipeline& pipeline) {
  const Settings budget = pipeline.settings.group("budget");
  return std::ranges::any_of(budget_fields(), [&](const Field& limit) { return budget.has(limit.name); }) ||
         std::ranges::any_of(pipeline.stages,
                             [](const StageConfig& stage) { return stage.budget.has_value(); });
}

void check_budget(const Pipeline& pipeline, Diagnostics& diagnostics) {
  if (!has_budget(pipeline)) return;
  for (const BackendConfig* backend : with_unknown_price(pipeline))
    diagnostics.warn({backend->line, backend->column, 0}, "backends." + backend->name,
                     std::string(counts_as_nothing));
  for (const BackendConfig* backend : without_price(pipeline))
    diagnostics.add({backend->line, backend->column, 0}, "backends." + backend->name,
                    std::string(needs_price));
}

}  // namespace docket
