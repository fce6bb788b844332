#include "pipeline/json/meta_schema.h"

#include "pipeline/json/member.h"

namespace docket {
namespace {

using nlohmann::json;

json draft_7() {
  json meta = json::parse(meta_schema_files().front().content);
  json& properties = meta["properties"];
  properties["$defs"] = properties["definitions"];  // Later drafts' name of it, which many use.
  properties["nullable"] = {{"type", "boolean"}};   // OpenAPI 3.0, as generators of schemas still write it.
  properties["enum"]["minItems"] = 1;  // The text asks for it, too; without, nothing would be valid.
  return meta;
}

const json& root() { return meta_schema().document(); }

bool is_about_lists(const json& node) { return member(meta_node(node, nullptr), "type") == "array"; }

/// "a list of names", "a list of at least one schema"
std::string list_of(const json& items, bool at_least_one) {
  std::string one = "value", many = "values";
  if (is_schema_node(items)) {
    one = "schema", many = "schemas";
  } else if (items.contains("enum")) {
    one = "name of a type", many = "names of types";
  } else if (member(items, "type") == "string") {
    one = "name", many = "names";
  }
  return at_least_one ? "a list of at least one " + one : "a list of " + many;
}

}  // namespace

const Schema& meta_schema() {
  static const Schema schema(draft_7());
  return schema;
}

bool is_schema_node(const json& node) { return &node == &root(); }

const json& meta_node(const json& node, const json& value) {
  if (const json& target = member(node, "$ref"); target.is_string())
    return meta_node(root().at(json::json_pointer(target.get_ref<const std::string&>().substr(1))), value);
  if (const json& all = member(node, "allOf"); all.is_array()) return meta_node(all.front(), value);
  const json& any = member(node, "anyOf");
  for (const json& choice : any) {
    if (is_about_lists(choice) == value.is_array()) return meta_node(choice, value);
  }
  return node;
}

const json& meta_member(const json& node, std::string_view name) {
  const json& known = member(member(node, "properties"), std::string(name).c_str());
  return known.is_null() ? member(node, "additionalProperties") : known;
}

const json& meta_item(const json& node) { return member(node, "items"); }

std::string expected_by(const json& node) {
  if (is_schema_node(node)) return "a schema (an object, true or false)";
  if (node.contains("enum")) return "the name of a type";
  const json& type = member(node, "type");
  if (type == "array") {
    const json& items = meta_node(meta_item(node), nullptr);
    const char* const once = member(node, "uniqueItems") == true ? ", each once" : "";
    return list_of(items, node.contains("minItems")) + once;
  }
  if (type == "object")
    return is_schema_node(meta_node(member(node, "additionalProperties"), nullptr)) ? "an object of schemas"
                                                                                    : "an object";
  if (type == "integer") return "a whole number from 0 on";
  if (type == "number") return node.contains("exclusiveMinimum") ? "a number above 0" : "a number";
  return type == "boolean" ? "true or false" : "text";
}

}  // namespace docket
