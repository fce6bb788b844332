#include "stages/resolved_schema.h"

#include <algorithm>
#include <string>

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr int deepest = 8;  ///< Of references and of what is inside: a schema may refer to itself.

bool is_null_type(const json& schema) { return schema.is_object() && schema.value("type", json()) == "null"; }

/// What a reference within the schema leads to; null: nothing, or outside.
json referred(const json& reference, const json& root) {
  if (!reference.is_string()) return nullptr;
  const auto& text = reference.get_ref<const std::string&>();
  if (!text.starts_with("#/")) return nullptr;
  try {
    const json::json_pointer pointer(text.substr(1));
    return root.contains(pointer) ? root.at(pointer) : json();
  } catch (const json::exception&) {
    return nullptr;
  }
}

json resolved_to(json schema, const json& root, int depth);

/// Puts in the place of `keyword` what it stands for; what stands beside it wins.
bool replace(json& schema, const char* keyword, const json& root) {
  if (!schema.contains(keyword)) return false;
  const json given = schema[keyword];
  json meant;
  if (std::string_view(keyword) == "$ref") {
    meant = referred(given, root);
  } else if (given.is_array()) {
    for (const json& one : given) {
      if (is_null_type(one)) continue;
      if (!meant.is_null()) return false;
      meant = one;
    }
  }
  if (!meant.is_object()) return false;
  schema.erase(keyword);
  meant.update(schema);
  schema = std::move(meant);
  return true;
}

json resolved_to(json schema, const json& root, int depth) {
  if (!schema.is_object() || depth == 0) return schema;
  for (int i = 0; i < deepest; ++i) {
    bool any = false;
    for (const char* keyword : {"$ref", "anyOf", "oneOf", "allOf"})
      any = replace(schema, keyword, root) || any;
    if (!any) break;
  }
  if (schema.contains("properties") && schema["properties"].is_object()) {
    for (json& inner : schema["properties"])
      inner = resolved_to(inner, root, depth - 1);
  }
  if (schema.contains("items") && schema["items"].is_object())
    schema["items"] = resolved_to(schema["items"], root, depth - 1);
  return schema;
}

}  // namespace

json resolved(const json& property, const json& root) { return resolved_to(property, root, deepest); }

bool has_type(const json& property, const char* wanted) {
  const json type = property.is_object() ? property.value("type", json()) : json();
  return type == wanted || (type.is_array() && std::ranges::find(type, json(wanted)) != type.end());
}

}  // namespace docket::stages
