#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "backends/backends.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/config/scalars.h"
#include "pipeline/config/yaml.h"
#include "pipeline/json/schema.h"
#include "stages/stages.h"
#include "tests/test_registry.h"

namespace docket {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path schema_scenarios = fs::path(SOURCE_DIR) / "tests/data/pipeline";

/// As an editor reads YAML: by the core schema.
json to_json(const Node& node) {
  json value;
  switch (node.kind) {
    case Node::Kind::null:
      break;
    case Node::Kind::scalar:
      value = node.text;
      if (node.quoted) break;
      if (const auto boolean = parse_boolean(node.text)) value = *boolean;
      if (const auto number = parse_number(node.text)) value = *number;
      if (const auto integer = parse_integer(node.text)) value = *integer;
      break;
    case Node::Kind::sequence:
      value = json::array();
      for (const NodePtr& item : node.items) {
        value.push_back(to_json(*item));
      }
      break;
    case Node::Kind::mapping:
      value = json::object();
      for (const Node::Entry& entry : node.entries) {
        value[entry.key] = to_json(*entry.value);
      }
      break;
  }
  return value;
}

json read_scenario(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(schema_scenarios / (name + ".yaml"), std::ios::binary).rdbuf();
  const Yaml yaml = parse_yaml(text.str());
  EXPECT_TRUE(yaml.root) << name;
  return yaml.root ? to_json(*yaml.root) : json();
}

std::string problems(const json& file) {
  const Schema schema(pipeline_schema(plan_registry()));
  std::string text;
  for (const SchemaProblem& problem : schema.validate(file)) {
    text += problem.path + ": " + problem.message + "\n";
  }
  return text;
}

TEST(PlanSchema, IsAValidSchema) {
  for (const Registry& registry : {plan_registry(), Registry{stages::all(), backends::all()}}) {
    if (registry.stages.empty()) continue;
    for (const SchemaProblem& problem : lint_schema(pipeline_schema(registry))) {
      ADD_FAILURE() << problem.path << ": " << problem.message;
    }
  }
}

TEST(PlanSchema, TakesEveryValidFile) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(schema_scenarios)) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".yaml" || !name.starts_with("valid_") || name == "valid_overrides")
      continue;
    ++files;
    EXPECT_EQ(problems(read_scenario(name)), "") << name;
  }
  EXPECT_GE(files, 9);
}

TEST(PlanSchema, RefusesMistakesOfForm) {
  for (const char* name : {"top_level",
                           "version_missing",
                           "version_is_text",
                           "wrong_types",
                           "out_of_range",
                           "bad_choices",
                           "durations",
                           "required_missing",
                           "unknown_settings",
                           "unknown_stage_types",
                           "unknown_backends",
                           "stages_missing",
                           "stages_empty",
                           "stages_are_a_mapping",
                           "stage_forms",
                           "secrets",
                           "ids",
                           "sections_misspelt",
                           "conditions",
                           "backend_names",
                           "backends_are_a_list",
                           "everything_at_once"}) {
    EXPECT_NE(problems(read_scenario(name)), "") << name;
  }
}

/// One change for each row of the tables: the parser and the schema agree on every one, since they are made
/// from the same.
TEST(PlanSchema, RefusesASettingOfTheWrongKindEverywhere) {
  const json design = read_scenario("valid_design");
  int settings = 0;
  const json flat = design.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    json broken = design;
    const json::json_pointer place(pointer);
    // No setting takes a list of lists, or a mapping of mappings with such a name.
    broken[place] = json::array({json::array({1})});
    EXPECT_NE(problems(broken), "") << pointer;
    ++settings;
  }
  EXPECT_GT(settings, 40);
}

TEST(PlanSchema, SaysWhatEachSettingIsFor) {
  const json schema = pipeline_schema(plan_registry());
  const json& stages = schema["properties"]["stages"]["items"]["anyOf"][1]["properties"];
  EXPECT_EQ(stages["classify"]["properties"]["accept"]["default"], 0.85);
  EXPECT_EQ(stages["classify"]["properties"]["accept"]["description"], "the least confidence");
  EXPECT_LT(stages["classify"]["properties"]["backends"]["x-order"],
            stages["classify"]["properties"]["accept"]["x-order"]);
  EXPECT_EQ(schema["required"], json({"version", "stages"}));
}

}  // namespace
}  // namespace docket
