#include "cli/reference/settings.h"

#include "cli/options/pipeline_options.h"
#include "pipeline/config/field_words.h"
#include "pipeline/config/fields.h"
#include "pipeline/field.h"
#include "pipeline/registry.h"

namespace docket::reference {
namespace {

Setting setting(const Field& field, const std::string& path, std::string takes = {}) {
  if (takes.empty()) takes = expected(field);
  if (field.required) takes += "; required";
  if (!field.fallback.empty()) takes += "; default " + std::string(field.fallback);
  return {path, std::string(field.help), takes};
}

/// A group's own settings follow it, each with the group's name before its own.
void add(std::span<const Field> fields, const std::string& before, std::vector<Setting>& settings) {
  for (const Field& field : fields) {
    const std::string path = before + std::string(field.name);
    settings.push_back(setting(field, path));
    if (field.type == Field::Type::group) add(field.fields, path + ".", settings);
    if (field.type == Field::Type::groups) add(field.fields, path + ".NAME.", settings);
  }
}

Section section(std::string_view name, std::string_view summary, std::span<const Field> fields) {
  Section section{std::string(name), std::string(summary), {}};
  add(fields, "", section.settings);
  return section;
}

}  // namespace

PipelineFile pipeline_file() {
  static const Registry types = registry();
  PipelineFile file;
  Section own{"", "Settings of the file itself", {}};
  std::vector<Section> groups;
  for (const Field& field : top_fields()) {
    own.settings.push_back(setting(field, std::string(field.name)));
    if (field.type == Field::Type::group) groups.push_back(section(field.name, field.help, field.fields));
  }
  for (const Field& field : section_fields())
    own.settings.push_back(
        setting(field, std::string(field.name), field.name == "stages" ? "a list of stages" : ""));
  file.top.push_back(std::move(own));
  file.top.insert(file.top.end(), groups.begin(), groups.end());
  file.every_stage = section("stages", "what a stage of any type may have", stage_fields());
  for (const StageType& type : types.stages)
    file.stages.push_back(section(type.name, type.summary, type.fields));
  for (const BackendType& type : types.backends)
    file.backends.push_back(section(type.name, type.summary, type.fields));
  return file;
}

}  // namespace docket::reference
