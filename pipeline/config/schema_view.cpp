#include "pipeline/config/schema_view.h"

#include <algorithm>

#include "pipeline/json/member.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr int deepest_reference = 20;
constexpr std::size_t most_parts = 200;

JsonKinds kind_named(const json& type) {
  if (type == "null") return json_kind::null;
  if (type == "boolean") return json_kind::boolean;
  if (type == "number" || type == "integer") return json_kind::number;
  if (type == "string") return json_kind::string;
  if (type == "array") return json_kind::array;
  return type == "object" ? json_kind::object : json_kind::any;
}

/// What the schema lists as the only values; null: nothing.
json listed(const json& node) {
  if (const json& constant = member(node, "const"); !constant.is_null()) return json::array({constant});
  return member(node, "enum");
}

JsonKinds kinds_of(const json& node) {
  const json& type = member(node, "type");
  JsonKinds kinds = 0;
  for (const json& one : type.is_array() ? type : json::array({type}))
    kinds |= type.is_null() ? 0 : kind_named(one);
  if (const json values = listed(node); kinds == 0 && values.is_array())
    for (const json& value : values)
      kinds |= kind_of(value);
  return kinds == 0 ? json_kind::any : kinds;
}

}  // namespace

/// With what it refers to, and what it may be by its alternatives.
void SchemaView::add(const json& node, const json& root, int depth) {
  if (!node.is_object() || depth > deepest_reference || parts_.size() >= most_parts) {
    open_ = true;
    return;
  }
  const json& own_root = node.contains("$id") ? node : root;
  if (const json& reference = docket::member(node, "$ref"); reference.is_string()) {
    const std::string& text = reference.get_ref<const std::string&>();
    const json* target = nullptr;
    try {
      if (text.starts_with('#')) target = &own_root.at(json::json_pointer(text.substr(1)));
    } catch (const json::exception&) {  // It leads nowhere, which others complain about.
    }
    if (target == nullptr)
      open_ = true;
    else
      add(*target, own_root, depth + 1);
    return;
  }
  bool has_alternatives = false;
  for (const char* keyword : {"anyOf", "oneOf"}) {
    const json& alternatives = docket::member(node, keyword);
    if (!alternatives.is_array()) continue;
    has_alternatives = true;
    for (const json& one : alternatives)
      add(one, own_root, depth + 1);
  }
  for (const char* keyword : {"allOf", "if"})
    if (node.contains(keyword)) open_ = true;  // More than this looks at.
  if (!has_alternatives || node.contains("properties") || node.contains("type"))
    parts_.push_back({&node, &own_root});
}

std::vector<SchemaView::Part> SchemaView::resolved() const {
  SchemaView view;
  for (const Part& part : parts_)
    view.add(*part.node, *part.root);
  return view.parts_;
}

SchemaView SchemaView::member(std::string_view name) const {
  SchemaView view;
  view.open_ = is_unknown();
  for (const Part& part : resolved()) {
    const json& node = *part.node;
    const JsonKinds kinds = kinds_of(node);
    const bool is_element = name == any_element;
    if ((kinds & (json_kind::object | (is_element ? json_kind::array : 0U))) == 0) continue;
    const json& properties = docket::member(node, "properties");
    const json& others = docket::member(node, "additionalProperties");
    if (is_element && docket::member(node, "items").is_object()) {
      view.add(node["items"], *part.root);
    } else if (is_element) {
      view.open_ = true;
    } else if (properties.is_object() && properties.contains(name)) {
      view.add(properties[std::string(name)], *part.root);
    } else if (node.contains("patternProperties")) {
      view.open_ = true;
    } else if (others.is_object()) {
      view.add(others, *part.root);
    } else if (others != false) {
      view.open_ = true;
    }
  }
  return view;
}

SchemaView SchemaView::at(const JsonPath& path) const {
  SchemaView view = *this;
  for (const std::string& name : path)
    view = view.member(name);
  return view;
}

JsonKinds SchemaView::kinds() const {
  if (open_) return json_kind::any;
  JsonKinds kinds = 0;
  for (const Part& part : resolved())
    kinds |= kinds_of(*part.node);
  return kinds;
}

std::optional<json> SchemaView::values() const {
  if (open_) return std::nullopt;
  json all = json::array();
  for (const Part& part : resolved()) {
    const json values = listed(*part.node);
    if (values.is_array()) {
      all.insert(all.end(), values.begin(), values.end());
    } else if (kinds_of(*part.node) != json_kind::null) {
      return std::nullopt;
    }
  }
  return all;
}

std::vector<std::string_view> SchemaView::names() const {
  std::vector<std::string_view> names;
  for (const Part& part : resolved()) {
    const json& properties = docket::member(*part.node, "properties");
    if (!properties.is_object()) continue;
    for (const auto& [name, ignored] : properties.items())
      names.emplace_back(properties.find(name).key());
  }
  return names;
}

bool SchemaView::is_in(std::string_view id) const {
  return std::ranges::any_of(parts_,
                             [&](const Part& part) { return docket::member(*part.root, "$id") == id; });
}

}  // namespace docket
