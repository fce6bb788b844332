#include "backends/protocols/narrow_schema.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/json/member.h"
#include "pipeline/json/resolved.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr int deepest_reference = 24;
constexpr int most_parts = 5000;  ///< With references put in place: these can multiply without an end.
/// Grammars spell repetitions out.
constexpr int most_repetitions = 1000;

constexpr std::string_view plain_keywords[] = {"type", "enum", "const", "description"};
constexpr std::string_view number_keywords[] = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                                                "multipleOf"};
constexpr std::string_view grammar_formats[] = {"date", "time", "date-time", "uuid"};
constexpr std::string_view cloud_formats[] = {"date", "time",     "date-time", "duration", "email",
                                              "ipv4", "hostname", "ipv6",      "uuid"};

bool contains(std::span<const std::string_view> list, std::string_view wanted) {
  return std::ranges::find(list, wanted) != list.end();
}

/// Whether a pattern is without an end: beside one a length is not enforced.
bool is_endless(const json& pattern) {
  return pattern.get_ref<const std::string&>().find_first_of("*+") != std::string::npos;
}

/// A pattern that llama.cpp makes a grammar of: anchored at both ends, and without escapes of classes or
/// groups with a question mark. It enforces others as "any string" at best.
bool is_grammar_pattern(const json& pattern) {
  if (!pattern.is_string()) return false;
  const auto& text = pattern.get_ref<const std::string&>();
  return text.starts_with('^') && text.ends_with('$') && text.find('\\') == std::string::npos &&
         text.find("(?") == std::string::npos;
}

bool allows_null(const json& schema) {
  if (!schema.is_object()) return true;
  if (schema.contains("const")) return schema["const"].is_null();
  if (schema.contains("enum")) return std::ranges::find(schema["enum"], json()) != schema["enum"].end();
  if (schema.contains("anyOf"))
    return std::ranges::any_of(schema["anyOf"], [](const json& branch) { return allows_null(branch); });
  if (!schema.contains("type")) return true;
  const json& type = schema["type"];
  return type == "null" || (type.is_array() && std::ranges::find(type, json("null")) != type.end());
}

json nullable(json schema) {
  if (allows_null(schema)) return schema;
  return {{"anyOf", {std::move(schema), {{"type", "null"}}}}};
}

class Narrowing {
 public:
  Narrowing(const json& root, Enforcement enforcement) : root_(root), enforcement_(enforcement) {}

  json run() {
    json result = narrow(root_, 0);
    return possible_ ? result : json();
  }

 private:
  bool is_openai() const { return enforcement_ == Enforcement::openai_strict; }
  bool is_grammar() const { return enforcement_ == Enforcement::llama_grammar; }

  json narrow(const json& schema, int depth) {
    if (depth > deepest_reference || ++parts_ > most_parts) possible_ = false;
    if (!possible_ || !schema.is_object()) return json::object();
    if (schema.contains("$ref")) return narrow(referenced(schema["$ref"]), depth + 1);
    json result = json::object();
    for (const std::string_view keyword : plain_keywords)
      copy(schema, keyword, result);
    for (const char* choice : {"anyOf", "oneOf"}) {
      if (!schema.contains(choice) || !schema[choice].is_array()) continue;
      for (const json& branch : schema[choice])
        result["anyOf"].push_back(narrow(branch, depth + 1));
    }
    if (schema.contains("allOf") && schema["allOf"].is_array()) {
      for (const json& part : schema["allOf"])
        result.update(narrow(part, depth + 1));
    }
    numbers(schema, result);
    texts(schema, result);
    items(schema, result, depth);
    members(schema, result, depth);
    return result;
  }

  const json& referenced(const json& reference) {
    static const json nothing;
    const json* found = target_of(reference, root_);
    possible_ = possible_ && found != nullptr;
    return found == nullptr ? nothing : *found;
  }

  static void copy(const json& schema, std::string_view keyword, json& result) {
    if (const auto found = schema.find(keyword); found != schema.end()) result[std::string(keyword)] = *found;
  }

  void numbers(const json& schema, json& result) const {
    const json type = schema.value("type", json());
    const bool is_integer = type == "integer" || type == json::array({"integer", "null"}) ||
                            type == json::array({"null", "integer"});
    for (const std::string_view keyword : number_keywords) {
      if (is_openai() || (is_grammar() && is_integer && keyword != "multipleOf"))
        copy(schema, keyword, result);
    }
  }

  void texts(const json& schema, json& result) const {
    const json format = schema.value("format", json());
    const std::span<const std::string_view> known =
        is_grammar() ? std::span<const std::string_view>(grammar_formats) : cloud_formats;
    if (format.is_string() && contains(known, format.get<std::string>())) result["format"] = format;
    const json pattern = schema.value("pattern", json());
    const bool is_kept = is_openai() || (is_grammar() && is_grammar_pattern(pattern) &&
                                         !(schema.contains("maxLength") && is_endless(pattern)));
    if (is_kept) copy(schema, "pattern", result);
    if (is_grammar() && result.contains("pattern")) return;  // Beside a pattern a length is not enforced.
    for (const char* keyword : {"minLength", "maxLength"}) {
      const json length = schema.value(keyword, json());
      if (is_grammar() && length.is_number_integer() && length.get<std::int64_t>() <= most_repetitions)
        result[keyword] = length;
    }
  }

  void items(const json& schema, json& result, int depth) {
    if (schema.contains("items")) result["items"] = narrow(schema["items"], depth + 1);
    for (const char* keyword : {"minItems", "maxItems"}) {
      const json count = schema.value(keyword, json());
      if (!count.is_number_integer()) continue;
      const bool is_small =
          count.get<std::int64_t>() <= (enforcement_ == Enforcement::anthropic ? 1 : most_repetitions);
      const bool is_known = enforcement_ != Enforcement::anthropic || std::string_view(keyword) == "minItems";
      if (is_small && is_known) result[keyword] = count;
    }
  }

  void members(const json& schema, json& result, int depth) {
    const bool is_object = schema.contains("properties") || schema.value("type", json()) == "object";
    if (!is_object) return;
    if (!schema.contains("properties")) {
      possible_ = possible_ && is_grammar();
      return;
    }
    json all = json::array();
    result["properties"] = json::object();
    for (const auto& [name, property] : schema["properties"].items()) {
      json member = narrow(property, depth + 1);
      if (is_openai() && !is_required(schema, name)) member = nullable(std::move(member));
      result["properties"][name] = std::move(member);
      all.push_back(name);
    }
    result["required"] = is_openai() ? all : schema.value("required", json::array());
    result["additionalProperties"] = false;
  }

  const json& root_;
  const Enforcement enforcement_;
  int parts_ = 0;
  bool possible_ = true;
};

}  // namespace

json narrowed(const json& schema, Enforcement enforcement) { return Narrowing(schema, enforcement).run(); }

namespace {

const json& resolved(const json& schema, const json& root) {
  const json* found = &schema;
  for (int steps = 0; steps < deepest_reference && found->is_object() && found->contains("$ref"); ++steps) {
    found = target_of((*found)["$ref"], root);
    if (found == nullptr) return schema;
  }
  return *found;
}

json without_nulls(const json& value, const json& unresolved, const json& root) {
  const json& schema = resolved(unresolved, root);
  if (!schema.is_object()) return value;
  if (schema.contains("anyOf") && !value.is_null()) {
    for (const json& choice : schema["anyOf"]) {
      const json& branch = resolved(choice, root);
      if (branch.is_object() && branch.value("type", json()) == (value.is_object() ? "object" : "array"))
        return without_nulls(value, branch, root);
    }
  }
  if (value.is_array() && schema.contains("items")) {
    json result = json::array();
    for (const json& item : value)
      result.push_back(without_nulls(item, schema["items"], root));
    return result;
  }
  if (!value.is_object() || !schema.contains("properties")) return value;
  json result = json::object();
  for (const auto& [name, member] : value.items()) {
    const auto property = schema["properties"].find(name);
    if (property == schema["properties"].end()) {
      result[name] = member;
      continue;
    }
    if (member.is_null() && !is_required(schema, name) && !allows_null(resolved(*property, root))) continue;
    result[name] = without_nulls(member, *property, root);
  }
  return result;
}

}  // namespace

json without_optional_nulls(const json& value, const json& schema) {
  return without_nulls(value, schema, schema);
}

}  // namespace docket::backends
