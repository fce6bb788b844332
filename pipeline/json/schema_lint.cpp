#include "pipeline/json/schema_lint.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "pipeline/json/pattern.h"
#include "pipeline/support/suggest.h"

namespace docket {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

/// What the value of a keyword has to be.
enum class Shape {
  anything,
  text,
  boolean,
  number,
  positive,
  count,
  schema,
  schemas,  ///< A list of at least one.
  schema_map,
  schema_or_list,  ///< `items`.
  texts,           ///< Each once.
  values,          ///< `enum`: at least one.
  types,           ///< `type`: a name or a list of names.
  pattern,
  pattern_map,   ///< Patterns to schemas.
  dependencies,  ///< Names to schemas or lists of names.
  reference,
  root_only,  ///< `$id`: would change what a `$ref` below it means.
};

struct Keyword {
  std::string_view name;
  Shape shape;
};

constexpr Keyword keywords[] = {
    {"$schema", Shape::text},
    {"$id", Shape::root_only},
    {"$ref", Shape::reference},
    {"$comment", Shape::text},
    {"$defs", Shape::schema_map},
    {"definitions", Shape::schema_map},
    {"title", Shape::text},
    {"description", Shape::text},
    {"default", Shape::anything},
    {"examples", Shape::anything},
    {"readOnly", Shape::boolean},
    {"writeOnly", Shape::boolean},
    {"contentMediaType", Shape::text},
    {"contentEncoding", Shape::text},
    {"type", Shape::types},
    {"enum", Shape::values},
    {"const", Shape::anything},
    {"format", Shape::text},
    {"pattern", Shape::pattern},
    {"minLength", Shape::count},
    {"maxLength", Shape::count},
    {"multipleOf", Shape::positive},
    {"minimum", Shape::number},
    {"exclusiveMinimum", Shape::number},
    {"maximum", Shape::number},
    {"exclusiveMaximum", Shape::number},
    {"items", Shape::schema_or_list},
    {"additionalItems", Shape::schema},
    {"minItems", Shape::count},
    {"maxItems", Shape::count},
    {"uniqueItems", Shape::boolean},
    {"contains", Shape::schema},
    {"properties", Shape::schema_map},
    {"patternProperties", Shape::pattern_map},
    {"additionalProperties", Shape::schema},
    {"propertyNames", Shape::schema},
    {"required", Shape::texts},
    {"minProperties", Shape::count},
    {"maxProperties", Shape::count},
    {"dependencies", Shape::dependencies},
    {"allOf", Shape::schemas},
    {"anyOf", Shape::schemas},
    {"oneOf", Shape::schemas},
    {"not", Shape::schema},
    {"if", Shape::schema},
    {"then", Shape::schema},
    {"else", Shape::schema},
};
constexpr std::string_view type_names[] = {"string", "number", "integer", "boolean",
                                           "object", "array",  "null"};
constexpr int deepest_schema = 64;

std::string kind_of(const json& value) { return std::string("got ") + value.type_name(); }

const Keyword* find_keyword(std::string_view name) {
  const auto* found = std::find_if(std::begin(keywords), std::end(keywords),
                                   [&](const Keyword& keyword) { return keyword.name == name; });
  return found == std::end(keywords) ? nullptr : found;
}

std::string unknown_keyword(const std::string& name) {
  std::vector<std::string_view> known;
  for (const Keyword& keyword : keywords) {
    known.push_back(keyword.name);
  }
  const auto meant = nearest(name, known);
  return "unknown keyword" + (meant ? ", did you mean '" + std::string(*meant) + "'?"
                                    : std::string("; a keyword of your own must begin with 'x-'"));
}

class Linter {
 public:
  explicit Linter(const json& root) : root_(root) {}

  std::vector<SchemaProblem> run() {
    schema(Pointer(), root_, deepest_schema);
    if (problems_.empty()) find_loops();
    return std::move(problems_);
  }

 private:
  void problem(const Pointer& where, std::string message) {
    problems_.push_back({where.to_string(), std::move(message)});
  }

  void schema(const Pointer& where, const json& value, int depth) {
    if (value.is_boolean()) return;
    if (!value.is_object())
      return problem(where, "expected a schema (an object, true or false), " + kind_of(value));
    if (depth == 0) return problem(where, "nested too deeply");
    for (const auto& [name, member] : value.items()) {
      if (name.starts_with("x-")) continue;
      const Keyword* keyword = find_keyword(name);
      if (!keyword) {
        problem(where / name, unknown_keyword(name));
      } else {
        check(where / name, keyword->shape, member, depth - 1);
      }
    }
  }

  void check(const Pointer& where, Shape shape, const json& value, int depth) {
    switch (shape) {
      case Shape::anything:
        return;
      case Shape::text:
        return expect(value.is_string(), where, "text", value);
      case Shape::boolean:
        return expect(value.is_boolean(), where, "true or false", value);
      case Shape::number:
        return expect(value.is_number(), where, "a number", value);
      case Shape::positive:
        return expect(value.is_number() && value.get<double>() > 0, where, "a number above 0", value);
      case Shape::count:
        return expect(value.is_number_integer() && value.get<double>() >= 0 && value.get<double>() < 1e15,
                      where, "a whole number from 0 on", value);
      case Shape::schema:
        return schema(where, value, depth);
      case Shape::schemas:
        return schema_list(where, value, depth);
      case Shape::schema_map:
        return schema_map(where, value, depth);
      case Shape::schema_or_list:
        return value.is_array() ? schema_list(where, value, depth) : schema(where, value, depth);
      case Shape::texts:
        return texts(where, value);
      case Shape::values:
        return expect(value.is_array() && !value.empty(), where, "a list of at least one value", value);
      case Shape::types:
        return types(where, value);
      case Shape::pattern:
        return pattern(where, value);
      case Shape::pattern_map:
        return pattern_map(where, value, depth);
      case Shape::dependencies:
        return dependencies(where, value, depth);
      case Shape::reference:
        return reference(where, value);
      case Shape::root_only:
        if (where.parent_pointer().empty()) return expect(value.is_string(), where, "text", value);
        return problem(where, "only the outermost schema may have an $id");
    }
  }

  void expect(bool fulfilled, const Pointer& where, std::string_view what, const json& value) {
    if (!fulfilled) problem(where, "expected " + std::string(what) + ", " + kind_of(value));
  }

  void schema_list(const Pointer& where, const json& value, int depth) {
    if (!value.is_array() || value.empty()) {
      return problem(where, "expected a list of at least one schema, " + kind_of(value));
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      schema(where / i, value[i], depth);
    }
  }

  void schema_map(const Pointer& where, const json& value, int depth) {
    if (!value.is_object()) return problem(where, "expected an object of schemas, " + kind_of(value));
    for (const auto& [name, member] : value.items()) {
      schema(where / name, member, depth);
    }
  }

  void texts(const Pointer& where, const json& value) {
    if (!value.is_array()) return problem(where, "expected a list of names, " + kind_of(value));
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!value[i].is_string()) {
        problem(where / i, "expected a name, " + kind_of(value[i]));
      } else if (auto name = value[i].get<std::string>();
                 std::find(seen.begin(), seen.end(), name) != seen.end()) {
        problem(where / i, "'" + name + "' stands here twice");
      } else {
        seen.push_back(std::move(name));
      }
    }
  }

  void types(const Pointer& where, const json& value) {
    if (value.is_string()) return type(where, value);
    if (!value.is_array() || value.empty()) {
      return problem(where, "expected the name of a type or a list of such names, " + kind_of(value));
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
      type(where / i, value[i]);
    }
  }

  void type(const Pointer& where, const json& value) {
    if (!value.is_string()) return problem(where, "expected the name of a type, " + kind_of(value));
    const auto& name = value.get_ref<const std::string&>();
    if (std::find(std::begin(type_names), std::end(type_names), name) != std::end(type_names)) return;
    problem(where, "unknown type '" + name + "'" +
                       did_you_mean(name, {std::begin(type_names), std::end(type_names)}));
  }

  void pattern(const Pointer& where, const json& value) {
    if (!value.is_string()) return problem(where, "expected a regular expression, " + kind_of(value));
    const auto compiled = Pattern::compile(value.get_ref<const std::string&>());
    if (!compiled) problem(where, "not a valid regular expression: " + compiled.error().message);
  }

  void pattern_map(const Pointer& where, const json& value, int depth) {
    if (!value.is_object())
      return problem(where, "expected an object of patterns and schemas, " + kind_of(value));
    for (const auto& [name, member] : value.items()) {
      pattern(where / name, name);
      schema(where / name, member, depth);
    }
  }

  void dependencies(const Pointer& where, const json& value, int depth) {
    if (!value.is_object()) return problem(where, "expected an object, " + kind_of(value));
    for (const auto& [name, member] : value.items()) {
      member.is_array() ? texts(where / name, member) : schema(where / name, member, depth);
    }
  }

  void reference(const Pointer& where, const json& value) {
    if (!value.is_string())
      return problem(where, "expected text such as \"#/definitions/name\", " + kind_of(value));
    const auto& target = value.get_ref<const std::string&>();
    if (!target.starts_with("#")) {
      return problem(where, "'" + target + "' is outside of this file; only references into it ('#/…') work");
    }
    const json* found = resolve(target);
    if (!found) return problem(where, "'" + target + "' leads to nothing in this schema");
    expect(found->is_object() || found->is_boolean(), where, "a reference to a schema", *found);
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
  std::vector<SchemaProblem> problems_;
};

}  // namespace

std::vector<SchemaProblem> lint_keywords(const json& schema) { return Linter(schema).run(); }

}  // namespace docket
