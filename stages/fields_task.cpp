#include "stages/fields_task.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "pipeline/json/resolved.h"
#include "stages/embedded.h"
#include "stages/schema_names.h"

namespace docket::stages {
namespace {

using nlohmann::json;

/// Which model each backend asks, as far as the pipeline says: `smol` and `smol:latest` are one.
std::map<std::string, std::string> models_of(const Pipeline& pipeline) {
  std::map<std::string, std::string> models;
  for (const BackendConfig& backend : pipeline.backends) {
    if (!backend.type->answers_prompts()) continue;
    std::string model = backend.settings.has("model") ? backend.settings.text("model") : backend.name;
    if (model.ends_with(":latest")) model.resize(model.size() - std::string_view(":latest").size());
    models[backend.name] = std::move(model);
  }
  return models;
}

DayMonth order_of_dates(std::string_view setting) {
  if (setting == "day-first") return DayMonth::day_first;
  return setting == "month-first" ? DayMonth::month_first : DayMonth::unknown;
}

}  // namespace

Result<FieldsTask> FieldsTask::of(const StageConfig& stage, const Pipeline& pipeline) {
  const Settings& settings = stage.settings;
  const auto schema = std::make_shared<const json>(with_open_root(*settings.schema("schema")));
  if (!schema->is_object() || !schema->contains("properties") || !(*schema)["properties"].is_object() ||
      (*schema)["properties"].empty()) {
    return Error{ErrorClass::config,
                 "schema: must describe an object with `properties`, which are the fields to find"};
  }
  if (auto wrong = unknown_name_in(*schema)) return *wrong;
  if (auto wrong = wrong_einvoice_term_in(*schema)) return *wrong;
  const auto source = std::ranges::find_if(
      pipeline.stages, [](const StageConfig& earlier) { return earlier.type->provides_text; });
  auto checks = std::make_shared<std::vector<Check>>();
  for (const NamedCondition& named : settings.conditions("checks")) {
    if (named.condition->set() == nullptr)
      return Error{ErrorClass::config,
                   "checks: '" + named.name + "' is about a path; a check is about the fields"};
    checks->push_back({named.name, named.condition});
  }
  return FieldsTask{.schema = schema,
                    .checks = std::move(checks),
                    .accept = settings.number("accept"),
                    .splits = settings.text("too_long") == "split",
                    .dates = order_of_dates(settings.text("dates")),
                    .models = models_of(pipeline),
                    .source = source == pipeline.stages.end() ? std::string() : source->id};
}

}  // namespace docket::stages
