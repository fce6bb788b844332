#include "pipeline/pipeline.h"

#include <algorithm>

namespace docket {

const BackendConfig* Pipeline::backend(std::string_view wanted) const {
  const auto found = std::find_if(backends.begin(), backends.end(),
                                  [&](const BackendConfig& backend) { return backend.name == wanted; });
  return found == backends.end() ? nullptr : &*found;
}

const StageConfig* Pipeline::stage(std::string_view id) const {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const StageConfig& stage) { return stage.id == id; });
  return found == stages.end() ? nullptr : &*found;
}

Location location_of(const BackendConfig& backend) {
  if (backend.type->location != nullptr) return backend.type->location(backend.settings);
  return backend.type->answers_prompts() ? Location::cloud : Location::local;
}

namespace {

bool reaches_cloud(const BackendConfig& backend, const Pipeline& pipeline, std::size_t steps) {
  if (location_of(backend) == Location::cloud) return true;
  if (steps == 0) return false;  // They go round in a circle.
  return std::ranges::any_of(backend.type->fields, [&](const Field& field) {
    if (field.type != Field::Type::backend) return false;
    const BackendConfig* const other = pipeline.backend(backend.settings.text(field.name));
    return other != nullptr && reaches_cloud(*other, pipeline, steps - 1);
  });
}

/// The same for the same servers, in whatever order they stand.
std::string place_of(const BackendConfig& backend) {
  std::vector<std::string> urls = backend.settings.texts("url");
  std::ranges::sort(urls);
  std::string place(name(location_of(backend)));
  for (const std::string& url : urls)
    place += " " + url;
  return place;
}

}  // namespace

bool reaches_cloud(const BackendConfig& backend, const Pipeline& pipeline) {
  return reaches_cloud(backend, pipeline, pipeline.backends.size());
}

std::string place_apart(const BackendConfig& backend, const Pipeline& pipeline) {
  if (!backend.type->answers_prompts() || std::ranges::find(backend.type->fields, std::string_view("url"),
                                                            &Field::name) == backend.type->fields.end())
    return {};  // It is no model server's.
  const std::string place = place_of(backend);
  const auto has_same_name = [&](const BackendConfig& other) {
    return other.type == backend.type && other.settings.text("model") == backend.settings.text("model") &&
           place_of(other) != place;
  };
  return std::ranges::any_of(pipeline.backends, has_same_name) ? place : "";
}

std::optional<Price> price_of(const BackendConfig& backend) {
  return backend.type->price == nullptr ? std::nullopt : backend.type->price(backend.settings);
}

bool price_may_be_unknown(const BackendConfig& backend) {
  for (const Field& field : backend.type->fields)
    if (field.name == "price") return backend.settings.group(field.name).word() == unknown_price_is_ok;
  return false;
}

std::optional<SettingProblem> problem_of(const BackendConfig& backend) {
  return backend.type->problem == nullptr ? std::nullopt : backend.type->problem(backend.settings);
}

std::vector<std::string> warnings_of(const BackendConfig& backend) {
  return backend.type->warnings == nullptr ? std::vector<std::string>()
                                           : backend.type->warnings(backend.settings);
}

StageReads reads_of(const StageConfig& stage) { return stage.type->reads(stage.settings); }

std::vector<std::string> named_backends(std::span<const Field> fields, const Settings& settings) {
  std::vector<std::string> all;
  for (const Field& field : fields) {
    std::vector<std::string> names;
    if (field.type == Field::Type::backend) names = {settings.text(field.name)};
    if (field.type == Field::Type::backends) names = settings.texts(field.name);
    if (field.type == Field::Type::group && !settings.group(field.name).empty())
      names = named_backends(field.fields, settings.group(field.name));
    for (std::string& name : names)
      if (!name.empty() && std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
  }
  return all;
}

bool names_backend(const StageConfig& stage, std::string_view backend) {
  const std::vector<std::string> names = named_backends(stage.type->fields, stage.settings);
  return std::ranges::find(names, backend) != names.end();
}

}  // namespace docket
