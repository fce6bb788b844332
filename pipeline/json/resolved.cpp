#include "pipeline/json/resolved.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/json/member.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr int deepest_part = 24;
constexpr int most_parts = 1000;  // References can multiply without an end.

/// `type` as a list; null: it does not say.
json types_of(const json& schema) {
  const json& type = member(schema, "type");
  return type.is_string() ? json::array({type}) : type.is_array() ? type : json();
}

bool has(const json& list, const json& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

void set_types(json& schema, json types) {
  if (types.is_null()) {
    schema.erase("type");
  } else {
    schema["type"] = types.size() == 1 ? types[0] : std::move(types);
  }
}

void add_null(json& schema) {
  json types = types_of(schema);
  if (types.is_null() || has(types, "null")) return;
  types.push_back("null");
  set_types(schema, std::move(types));
}

class Resolving {
 public:
  explicit Resolving(const json& root) : root_(root) {}

  json resolve(const json& schema, int depth) {
    if (!schema.is_object() || depth > deepest_part || ++parts_ > most_parts) return json::object();
    json result = schema;
    for (const char* keyword : {"$ref", "allOf", "anyOf", "oneOf", "nullable", "const"})
      result.erase(keyword);
    if (const auto found = schema.find("const"); found != schema.end())
      result["enum"] = json::array({*found});
    if (const json* target = target_of(member(schema, "$ref"), root_))
      add(resolve(*target, depth + 1), result);
    for (const json& part : listed(schema, "allOf"))
      add(resolve(part, depth + 1), result);
    for (const char* keyword : {"anyOf", "oneOf"}) {
      if (!listed(schema, keyword).empty()) add(either_of(listed(schema, keyword), depth), result);
    }
    if (member(schema, "nullable") == true) add_null(result);
    return result;
  }

 private:
  static const json& listed(const json& schema, const char* keyword) {
    static const json none = json::array();
    const json& list = member(schema, keyword);
    return list.is_array() ? list : none;
  }

  /// What holds of a value for which both hold. What the first says goes before what the second does.
  static void add(const json& more, json& to) {
    const json known = types_of(to), other = types_of(more);
    for (const auto& [keyword, value] : more.items()) {
      if (keyword == "properties" && to.contains(keyword)) {
        for (const auto& [name, property] : value.items())
          to[keyword].emplace(name, property);
      } else if (keyword == "required" && to.contains(keyword)) {
        for (const json& name : value)
          if (!has(to[keyword], name)) to[keyword].push_back(name);
      } else {
        to.emplace(keyword, value);
      }
    }
    if (known.is_null() || other.is_null()) return;
    json both = json::array();
    for (const json& type : known) {
      if (has(other, type) || (type == "integer" && has(other, "number"))) both.push_back(type);
      if (type == "number" && has(other, "integer")) both.push_back("integer");
    }
    set_types(to, std::move(both));
  }

  /// What may hold of a value for which one of them holds: the keywords that are the same in all.
  json either_of(const json& alternatives, int depth) {
    std::vector<json> all;
    json types = json::array(), values = json::array();
    bool typed = true, listed_values = true;
    for (const json& alternative : alternatives) {
      json one = resolve(alternative, depth + 1);
      const json own = types_of(one);
      if (own == json::array({"null"}) || member(one, "enum") == json::array({nullptr})) {
        types.push_back("null");
        continue;
      }
      const json& choices = member(one, "enum");
      typed = typed && !own.is_null();
      listed_values = listed_values && choices.is_array();
      for (const json& type : own)
        types.push_back(type);
      for (const json& choice : choices)
        values.push_back(choice);
      all.push_back(std::move(one));
    }
    json result = common(all);
    result.erase("enum");
    if (listed_values && !values.empty()) result["enum"] = std::move(values);
    set_types(result, typed && !types.empty() ? without_doubles(types) : json());
    return result;
  }

  /// Whether a keyword can say something of a value that the schema allows.
  static bool concerns(const std::string& keyword, const json& schema) {
    const bool of_objects =
        keyword == "properties" || keyword == "required" || keyword == "additionalProperties";
    if (!of_objects && keyword != "items") return true;
    const json types = types_of(schema);
    return types.is_null() || has(types, of_objects ? "object" : "array");
  }

  static json common(const std::vector<json>& schemas) {
    json result = json::object();
    for (const json& schema : schemas) {
      for (const auto& entry : schema.items()) {
        const auto says_so = [&](const json& other) {
          return !concerns(entry.key(), other) ||
                 (other.contains(entry.key()) && other[entry.key()] == entry.value());
        };
        if (std::ranges::all_of(schemas, says_so)) result.emplace(entry.key(), entry.value());
      }
    }
    return result;
  }

  static json without_doubles(const json& list) {
    json result = json::array();
    for (const json& one : list)
      if (!has(result, one)) result.push_back(one);
    return result;
  }

  const json& root_;
  int parts_ = 0;
};

}  // namespace

const json* target_of(const json& reference, const json& root) {
  if (!reference.is_string() || !reference.get_ref<const std::string&>().starts_with('#')) return nullptr;
  try {
    const json::json_pointer pointer(reference.get_ref<const std::string&>().substr(1));
    return root.contains(pointer) ? &root.at(pointer) : nullptr;
  } catch (const json::exception&) {
    return nullptr;
  }
}

json resolved(const json& schema, const json& root) { return Resolving(root).resolve(schema, 0); }

json with_open_root(json root) {
  const bool is_closed = root.is_object() && (root.contains("$ref") || root.contains("allOf"));
  if (!is_closed) return root;
  json open = resolved(root, root);
  for (const char* shared : {"definitions", "$defs", "allOf"})  // References lead there.
    if (root.contains(shared)) open[shared] = root[shared];
  return open;
}

}  // namespace docket
