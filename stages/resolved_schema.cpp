#include "stages/resolved_schema.h"

#include <algorithm>

#include "pipeline/json/resolved.h"

namespace docket::stages {
namespace {

using nlohmann::json;

// A schema may hold itself, in several of its members.
constexpr int deepest = 4;
constexpr int most_parts = 200;

json resolved_to(const json& given, const json& root, int depth, int& parts) {
  if (!given.is_object()) return given;
  if (depth == 0 || --parts < 0) return json::object();
  json schema = resolved(given, root);
  if (schema.contains("properties") && schema["properties"].is_object()) {
    for (json& inner : schema["properties"])
      inner = resolved_to(inner, root, depth - 1, parts);
  }
  if (schema.contains("items") && schema["items"].is_object())
    schema["items"] = resolved_to(schema["items"], root, depth - 1, parts);
  return schema;
}

}  // namespace

json resolved_throughout(const json& property, const json& root) {
  int parts = most_parts;
  return resolved_to(property, root, deepest, parts);
}

bool has_type(const json& property, const char* wanted) {
  const json type = property.is_object() ? property.value("type", json()) : json();
  return type == wanted || (type.is_array() && std::ranges::find(type, json(wanted)) != type.end());
}

}  // namespace docket::stages
