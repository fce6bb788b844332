#include "pipeline/json/schema_lint.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "pipeline/json/member.h"
#include "pipeline/json/meta_schema.h"
#include "pipeline/json/pattern.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

std::string kind_of(const json& value) {
  if (value.is_number()) return "got " + value.dump();
  if (value.is_array() && value.empty()) return "got an empty list";
  return std::string("got ") + value.type_name();
}

/// Of other languages, in JSON Schema's words.
std::string type_meant_by(const std::string& name, const std::vector<std::string_view>& known) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"text", "string"},     {"char", "string"},    {"varchar", "string"}, {"float", "number"},
      {"double", "number"},   {"decimal", "number"}, {"money", "number"},   {"amount", "number"},
      {"currency", "number"}, {"long", "integer"},   {"list", "array"},     {"tuple", "array"},
      {"dict", "object"},     {"map", "object"},     {"struct", "object"},  {"none", "null"}};
  const std::string wanted = to_lower(name);
  for (const char* format : {"date", "time", "datetime", "date-time"})
    if (wanted == format)
      return std::string("; write type: string, format: ") + (wanted == "datetime" ? "date-time" : format);
  for (const auto& [theirs, ours] : types)
    if (wanted == theirs) return did_you_mean(ours);
  return did_you_mean(name, known);
}

/// A field that stands beside `properties`, not in it.
bool is_field(const json& value) { return value.is_object() && (value.empty() || value.contains("type")); }

std::string unknown_keyword(const std::string& name, const json& value) {
  std::vector<std::string_view> known;
  for (const auto& [keyword, node] : meta_schema().document()["properties"].items())
    known.push_back(keyword);
  const auto meant = nearest(name, known);
  if (meant) return "unknown keyword" + did_you_mean(meant);
  return std::string("unknown keyword; ") +
         (is_field(value) ? "a field stands in `properties`" : "a keyword of your own must begin with 'x-'");
}

/// Of these places, those that have none of the others within them.
std::set<std::string> innermost(const std::vector<SchemaProblem>& problems) {
  std::set<std::string> places, inner;
  for (const SchemaProblem& problem : problems)
    places.insert(problem.path);
  for (const std::string& place : places) {
    const auto next = places.lower_bound(place + "/");
    if (next == places.end() || !next->starts_with(place + "/")) inner.insert(place);
  }
  return inner;
}

constexpr std::pair<const char*, const char*> bounds[] = {{"minimum", "maximum"},
                                                          {"minLength", "maxLength"},
                                                          {"minItems", "maxItems"},
                                                          {"minProperties", "maxProperties"}};

class Linter {
 public:
  explicit Linter(const json& root) : root_(root) {}

  std::vector<SchemaProblem> run() {
    // Where the meta-schema has a choice, the validator tells of all that contains a fault.
    wrong_ = innermost(meta_schema().validate(root_));
    look(Pointer(), root_, meta_schema().document());
    if (problems_.empty()) find_loops();
    return std::move(problems_);
  }

 private:
  void problem(const Pointer& where, std::string message) {
    problems_.push_back({where.to_string(), std::move(message)});
  }

  /// Goes through a value together with the part of the meta-schema that is about it.
  void look(const Pointer& where, const json& value, const json& about) {
    const json& node = meta_node(about, value);
    if (wrong_.contains(where.to_string())) return wrong_value(where, value, node);
    if (is_schema_node(node) && value.is_object()) return keywords(where, value, node);
    if (member(node, "format") == "regex") pattern(where, value);
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i)
        look(where / i, value[i], meta_item(node));
    } else if (value.is_object()) {
      for (const auto& [name, inner] : value.items()) {
        if (node.contains("propertyNames")) pattern(where / name, name);
        look(where / name, inner, meta_member(node, name));
      }
    }
  }

  void keywords(const Pointer& where, const json& schema, const json& node) {
    for (const auto& [name, value] : schema.items()) {
      if (name.starts_with("x-")) continue;
      if (!member(node, "properties").contains(name)) {
        problem(where / name, unknown_keyword(name, value));
      } else if (name == "$id" && !where.empty()) {  // It would change what a `$ref` below it means.
        problem(where / name, "only the outermost schema may have an $id");
      } else {
        look(where / name, value, meta_member(node, name));
        if (name == "$ref" && value.is_string()) reference(where / name, value);
      }
    }
    for (const auto& [least, most] : bounds)
      if (schema.contains(least) && schema.contains(most) && schema[least].is_number() &&
          schema[most].is_number() && schema[least] > schema[most])
        problem(where / least, std::string("more than ") + most + ", so that no value fits");
  }

  void wrong_value(const Pointer& where, const json& value, const json& node) {
    if (!node.contains("enum") || !value.is_string())
      return problem(where, "expected " + expected_by(node) + ", " + kind_of(value));
    const auto& name = value.get_ref<const std::string&>();
    std::vector<std::string_view> known;
    for (const json& type : node["enum"])
      known.push_back(type.get_ref<const std::string&>());
    problem(where, "unknown type '" + name + "'" + type_meant_by(name, known));
  }

  void pattern(const Pointer& where, const json& text) {
    const auto compiled = Pattern::compile(text.get_ref<const std::string&>());
    if (!compiled) problem(where, "not a valid regular expression: " + compiled.error().message);
  }

  void reference(const Pointer& where, const json& value) {
    const auto& target = value.get_ref<const std::string&>();
    if (!target.starts_with("#")) {
      return problem(where, "'" + target + "' is outside of this file; only references into it ('#/…') work");
    }
    const json* found = resolve(target);
    if (!found) return problem(where, "'" + target + "' leads to nothing in this schema");
    if (!found->is_object() && !found->is_boolean())
      problem(where, "expected a reference to a schema, " + kind_of(*found));
  }

  const json* resolve(const std::string& target) const {
    try {
      const Pointer pointer(target.substr(1));
      return root_.contains(pointer) ? &root_.at(pointer) : nullptr;
    } catch (const json::exception&) {  // Not a JSON Pointer.
      return nullptr;
    }
  }

  /// A schema that leads back to itself through keywords that look at the same value never ends.
  void find_loops() {
    std::map<const json*, bool> finished;
    walk(Pointer(), root_, finished);
  }

  void walk(const Pointer& where, const json& value, std::map<const json*, bool>& finished) {
    if (value.is_object()) {
      if (value.contains("$ref") && value["$ref"].is_string() && leads_back(value, finished)) {
        problem(where / "$ref", "'" + value["$ref"].get<std::string>() + "' leads back to itself");
      }
      for (const auto& [name, member] : value.items()) {
        if (!name.starts_with("x-") && name != "enum" && name != "const")
          walk(where / name, member, finished);
      }
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        walk(where / i, value[i], finished);
      }
    }
  }

  /// Depth first; `finished` is false for the schemas on the way.
  bool leads_back(const json& value, std::map<const json*, bool>& finished) const {
    if (!value.is_object()) return false;
    if (const auto [at, fresh] = finished.emplace(&value, false); !fresh) return !at->second;
    bool back = false;
    for (const json* next : same_value(value)) {
      back = back || leads_back(*next, finished);
    }
    finished[&value] = true;
    return back;
  }

  std::vector<const json*> same_value(const json& value) const {
    std::vector<const json*> next;
    if (value.contains("$ref") && value["$ref"].is_string()) {
      if (const json* target = resolve(value["$ref"])) next.push_back(target);
      return next;  // Draft 7: all beside a `$ref` is ignored.
    }
    for (const char* name : {"allOf", "anyOf", "oneOf", "dependencies"}) {
      if (!value.contains(name)) continue;
      for (const json& member : value[name]) {
        next.push_back(&member);
      }
    }
    for (const char* name : {"not", "if", "then", "else"}) {
      if (value.contains(name)) next.push_back(&value[name]);
    }
    return next;
  }

  const json& root_;
  std::set<std::string> wrong_;  ///< Places of what the meta-schema does not allow.
  std::vector<SchemaProblem> problems_;
};

}  // namespace

std::vector<SchemaProblem> lint_keywords(const json& schema) { return Linter(schema).run(); }

}  // namespace docket
