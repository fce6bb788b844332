#include "stages/resolved_schema.h"

#include <algorithm>

#include "pipeline/json/resolved.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr int deepest = 8;  ///< A schema may hold itself.

json resolved_to(const json& given, const json& root, int depth) {
  if (!given.is_object() || depth == 0) return given;
  json schema = resolved(given, root);
  if (schema.contains("properties") && schema["properties"].is_object()) {
    for (json& inner : schema["properties"])
      inner = resolved_to(inner, root, depth - 1);
  }
  if (schema.contains("items") && schema["items"].is_object())
    schema["items"] = resolved_to(schema["items"], root, depth - 1);
  return schema;
}

}  // namespace

json resolved_throughout(const json& property, const json& root) {
  return resolved_to(property, root, deepest);
}

bool has_type(const json& property, const char* wanted) {
  const json type = property.is_object() ? property.value("type", json()) : json();
  return type == wanted || (type.is_array() && std::ranges::find(type, json(wanted)) != type.end());
}

}  // namespace docket::stages
