#include <cmath>
#include <nlohmann/json.hpp>

#include "pipeline/config/fields.h"
#include "pipeline/config/read_pipeline.h"
#include "pipeline/config/scalars.h"

namespace docket {
namespace {

using nlohmann::json;
using Type = Field::Type;

// What the schema cannot say (that names are known, conditions compile, files exist) is left to `docket
// check`. It never refuses a file that `read_pipeline` takes.

json any_of(std::initializer_list<json> schemas) { return {{"anyOf", json(schemas)}}; }
json list_of(const json& items) { return {{"type", "array"}, {"items", items}}; }

/// A value from the environment may stand for anything.
json reference() { return {{"type", "string"}, {"pattern", "\\$\\{"}}; }

/// YAML reads `name: 2024` as a number; docket takes it as text.
json text(const Field& field) {
  json schema = {{"type", {"string", "number", "boolean"}}};
  if (field.required) schema["minLength"] = 1;
  return schema;
}

json number(const Field& field, const char* type) {
  json schema = {{"type", type}};
  if (std::isfinite(field.minimum)) schema["minimum"] = field.minimum;
  if (std::isfinite(field.maximum)) schema["maximum"] = field.maximum;
  if (field.word.empty()) return any_of({schema, reference()});
  return any_of({schema, json{{"enum", json::array({field.word})}}, reference()});
}

json choice(const Field& field) {
  json choices = json::array();
  for (const std::string_view name : field.choices) {
    choices.push_back(name);
  }
  return any_of({json{{"enum", choices}}, reference()});
}

/// A choice, alone or with what it is narrowed to: `failed_check: NAME`, as a text or as a mapping.
json narrowed_choice(const Field& field) {
  const json name = {{"type", json::array({"string", "number", "boolean", "null"})}};
  json kinds = json::object();
  std::string any;
  for (const std::string_view kind : field.choices) {
    kinds[std::string(kind)] = any_of({name, list_of(name)});
    any += (any.empty() ? "" : "|") + std::string(kind);
  }
  const json words = {{"type", "string"}, {"pattern", "^(" + any + "): "}};
  const json mapping = {
      {"type", "object"}, {"properties", std::move(kinds)}, {"additionalProperties", false}};
  return any_of({choice(field), words, mapping});
}

json condition() { return {{"type", {"string", "boolean", "number"}}, {"minLength", 1}}; }

json conditions() {
  const json paths = any_of({condition(), list_of(condition())});
  const json named = {
      {"type", "object"}, {"properties", {{"path", paths}}}, {"additionalProperties", condition()}};
  return any_of({condition(), list_of(any_of({condition(), named})), named});
}

json one_or_list(const Field& field, const json& one) {
  json list = list_of(one);
  if (field.required) list["minItems"] = 1;
  if (field.type != Type::texts) list["uniqueItems"] = true;
  return any_of({one, list});
}

json secret() {
  return {{"type", "string"}, {"pattern", "^(\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-)?\\}|file:.+)$"}};
}

json object_schema(std::initializer_list<std::span<const Field>> tables);

/// A mapping of names that the user chooses.
json groups(const Field& field) {
  json schema = {{"type", json::array({"object", "null"})},
                 {"additionalProperties", object_schema({field.fields})}};
  if (field.required) schema.update({{"type", "object"}, {"minProperties", 1}});
  return schema;
}

json value_schema(const Field& field) {
  const json name = {{"type", "string"}, {"minLength", 1}};
  switch (field.type) {
    case Type::text:
      return text(field);
    case Type::secret:
      return secret();
    case Type::secrets:
      return one_or_list(field, secret());
    case Type::integer:
      return number(field, "integer");
    case Type::number:
    case Type::decimal:
      return number(field, "number");
    case Type::boolean:
      return any_of({json{{"type", "boolean"}}, reference()});
    case Type::duration:
      return {{"type", "string"}, {"pattern", "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$|\\$\\{"}};
    case Type::size:
      return {{"type", "string"}, {"pattern", "^[0-9]+(\\.[0-9]+)? ?([KMGT]iB|[kMGT]B)$|\\$\\{"}};
    case Type::cap:
      return any_of({json{{"type", "integer"}, {"minimum", 0}},
                     json{{"type", "string"}, {"pattern", "^[0-9]+(\\.[0-9]+)? *%$|^[0-9]+$|\\$\\{"}}});
    case Type::date:
      return {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$|\\$\\{"}};
    case Type::choice:
      return choice(field);
    case Type::choices:
      return one_or_list(field, field.narrows ? narrowed_choice(field) : choice(field));
    case Type::texts:
      return one_or_list(field, text({}));
    case Type::file:
    case Type::backend:
    case Type::stage:
      return text({});
    case Type::backends:
    case Type::stages:
      return one_or_list(field, text({}));
    case Type::schema:
      return any_of({name, json{{"type", "object"}}});
    case Type::condition:
      return condition();
    case Type::conditions:
      return conditions();
    case Type::group:
      if (!field.choices.empty()) return any_of({object_schema({field.fields}), choice(field)});
      return object_schema({field.fields});
    case Type::groups:
      return groups(field);
  }
  return true;
}

json default_value(const Field& field) {
  switch (field.type) {
    case Type::integer:
      return parse_integer(field.fallback).value_or(0);
    case Type::number:
    case Type::decimal:
      return parse_number(field.fallback).value_or(0);
    case Type::boolean:
      return parse_boolean(field.fallback).value_or(false);
    default:
      return field.fallback;
  }
}

json field_schema(const Field& field, int order) {
  json schema = value_schema(field);
  schema["description"] = field.help;
  if (!field.fallback.empty()) schema["default"] = default_value(field);
  schema["x-order"] = order;  // JSON objects have no order; listings follow the tables.
  return schema;
}

json object_schema(std::initializer_list<std::span<const Field>> tables) {
  json properties = json::object(), required = json::array();
  int order = 0;
  for (const std::span<const Field> table : tables) {
    for (const Field& field : table) {
      properties[std::string(field.name)] = field_schema(field, ++order);
      if (field.required) required.push_back(field.name);
    }
  }
  json schema = {
      {"type", json::array({"object", "null"})}, {"properties", properties}, {"additionalProperties", false}};
  if (required.empty()) return schema;
  schema.update({{"type", "object"}, {"required", required}});
  return schema;
}

/// One `if` for each type: editors then complete, and validators name, the settings of that type only.
json backends_schema(const Registry& registry, const Field& section) {
  json types = json::array(), rules = json::array();
  for (const BackendType& type : registry.backends) {
    types.push_back(type.name);
    json settings = object_schema({type.fields});
    settings["type"] = "object";
    settings["properties"]["type"] = {{"const", type.name}};
    settings["description"] = type.summary;
    rules.push_back({{"if", {{"required", {"type"}}, {"properties", {{"type", {{"const", type.name}}}}}}},
                     {"then", settings}});
  }
  json type = any_of({json{{"enum", types}}, reference()});
  type["description"] = backend_fields().front().help;
  const json backend = {
      {"type", "object"}, {"required", {"type"}}, {"properties", {{"type", type}}}, {"allOf", rules}};
  return {{"description", section.help},
          {"type", json::array({"object", "null"})},
          {"additionalProperties", backend}};
}

json stages_schema(const Registry& registry, const Field& section) {
  json types = json::array(), properties = json::object();
  int order = 0;
  for (const StageType& type : registry.stages) {
    types.push_back(type.name);
    json settings = object_schema({type.fields, stage_fields()});
    settings["properties"]["id"].update({{"type", "string"}, {"pattern", "^[a-z_][a-z0-9_]*$|\\$\\{"}});
    settings["description"] = type.summary;
    settings["x-order"] = ++order;
    properties[std::string(type.name)] = settings;
  }
  const json stage = {{"type", "object"},
                      {"minProperties", 1},
                      {"maxProperties", 1},
                      {"properties", properties},
                      {"additionalProperties", false}};
  json stages = list_of(any_of({json{{"enum", types}}, stage}));
  stages.update({{"description", section.help}, {"minItems", 1}});
  return stages;
}

}  // namespace

json pipeline_schema(const Registry& registry) {
  json schema = object_schema({top_fields()});
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "docket pipeline file";
  schema["type"] = "object";
  schema["patternProperties"] = {{"^x-", true}};
  int order = static_cast<int>(top_fields().size());
  for (const Field& section : section_fields()) {
    json content =
        section.name == "stages" ? stages_schema(registry, section) : backends_schema(registry, section);
    content["x-order"] = ++order;
    schema["properties"][std::string(section.name)] = content;
    if (section.required) schema["required"].push_back(section.name);
  }
  return schema;
}

}  // namespace docket
