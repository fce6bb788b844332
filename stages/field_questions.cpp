#include "stages/field_questions.h"

#include <string_view>
#include <utility>

#include "pipeline/json/longest_answer.h"
#include "pipeline/json/member.h"
#include "pipeline/json/resolved.h"
#include "pipeline/reading/value_reading.h"
#include "stages/resolved_schema.h"

namespace docket::stages {
namespace {

using nlohmann::json;

constexpr std::int64_t longest_quote = 200;  ///< Characters.
/// Of a text whose schema has no maxLength, in characters. A weak model that begins to repeat itself goes on
/// to the last token otherwise.
constexpr std::int64_t longest_text = 400;
/// Among the definitions of an answer's schema: the properties of the user's.
constexpr const char* copies = "properties of the schema";

/// References to a property lead to a copy of it: in the answer something else has its place.
void follow_properties(json& schema, bool& any) {
  constexpr std::string_view properties = "#/properties/";
  if (schema.is_object() && schema.contains("$ref") && schema["$ref"].is_string()) {
    std::string& reference = schema["$ref"].get_ref<std::string&>();
    if (reference.starts_with(properties)) {
      reference = "#/definitions/" + std::string(copies) + "/" + reference.substr(properties.size());
      any = true;
    }
  }
  if (!schema.is_structured()) return;
  for (json& member : schema)
    follow_properties(member, any);
}

/// A value with the words that state it.
json found_schema(std::int64_t most_of_quote, json value) {
  return {{"type", "object"},
          {"properties",
           {{"quote", {{"type", "string"}, {"maxLength", most_of_quote}}}, {"value", std::move(value)}}},
          {"required", {"quote", "value"}},
          {"additionalProperties", false}};
}

/// Of a list each row, with the words that state it.
json rows_schema(const json& list) {
  const json item = list.contains("items") ? list["items"] : json::object();
  json rows = {{"type", "array"}, {"items", found_schema(longest_quote, with_an_end(item, longest_text))}};
  for (const char* limit : {"minItems", "maxItems"}) {
    if (list.contains(limit)) rows[limit] = list[limit];
  }
  return rows;
}

std::string type_of(const json& property) {
  if (!property.is_object()) return "any";
  if (property.contains("enum"))
    return "one of " + property["enum"].dump(-1, ' ', false, json::error_handler_t::replace);
  const std::string format = property.value("format", "");
  const json type = property.value("type", json("any"));
  std::string text;
  for (const json& one : type.is_array() ? type : json::array({type})) {
    if (one.is_string() && one != "null") text += (text.empty() ? "" : " or ") + one.get<std::string>();
  }
  if (has_type(property, "array")) return text + ", each row: " + type_of(property.value("items", json()));
  if (has_type(property, "object") && property.contains("properties")) {
    std::string members;
    for (const auto& [name, member] : property["properties"].items())
      members += (members.empty() ? "" : "; ") + name + ": " + type_of(member);
    return text + " of " + members;
  }
  return format.empty() ? text : text + ", " + format;
}

}  // namespace

json with_an_end(json schema, std::int64_t longest) {
  if (!schema.is_object()) return schema;
  if (schema.contains("properties") && schema["properties"].is_object()) {
    for (json& inner : schema["properties"])
      inner = with_an_end(inner, longest);
  }
  if (schema.contains("items")) schema["items"] = with_an_end(schema["items"], longest);
  if (!has_type(schema, "string")) return schema;
  for (const char* limit : {"maxLength", "enum", "const", "pattern", "format"}) {
    if (schema.contains(limit)) return schema;
  }
  schema["maxLength"] = longest;
  return schema;
}

AnswerForm form_of(json schema) {
  auto longest = std::make_shared<const std::string>(longest_answer(schema, usual_words));
  return {std::make_shared<const Schema>(std::move(schema)), std::move(longest)};
}

FieldQuestions::FieldQuestions(std::shared_ptr<const json> schema) : schema_(std::move(schema)) {
  json own = *schema_;
  bool refers = false;
  follow_properties(own, refers);
  for (const auto& [field, property] : own["properties"].items()) {
    const json whole = resolved_throughout(properties()[field], *schema_);
    const bool is_list = has_type(whole, "array");
    found_[field] = is_list ? rows_schema(has_type(property, "array") ? property : whole)
                            : found_schema(longest_quote, with_an_end(property, longest_text));
    resolved_[field] = as_named(field, whole);
  }
  for (const char* shared : {"definitions", "$defs"}) {  // What the properties may refer to.
    if (own.contains(shared)) definitions_[shared] = own[shared];
  }
  if (refers) definitions_["definitions"][copies] = own["properties"];
  all_ = form_of(answer_schema({}));
}

AnswerForm FieldQuestions::answer(const Excerpt& excerpt) const {
  return excerpt.sent.fields.empty() ? all_ : form_of(answer_schema(excerpt));
}

AnswerForm FieldQuestions::review(const Excerpt& excerpt) const {
  const json word = {{"type", "string"}, {"enum", {confirmed, not_stated}}};
  json said = json::object();
  for (const auto& [field, found] : found_.items())
    if (excerpt.asks(field)) said[field] = {{"anyOf", {found, word}}};
  return form_of(object_of(std::move(said), json::array()));
}

json FieldQuestions::answer_schema(const Excerpt& excerpt) const {
  json said = json::object(), names = json::array();
  for (const auto& [field, found] : found_.items()) {
    if (!excerpt.asks(field)) continue;
    said[field] = {{"anyOf", {{{"type", "null"}}, found}}};
    names.push_back(field);
  }
  return object_of(std::move(said), std::move(names));
}

json FieldQuestions::object_of(json properties, json required) const {
  json schema = {{"type", "object"},
                 {"properties", std::move(properties)},
                 {"required", std::move(required)},
                 {"additionalProperties", false}};
  if (definitions_.is_object()) schema.update(definitions_);
  return schema;
}

json FieldQuestions::described(const Excerpt& excerpt) const {
  json list = json::array();
  for (const auto& [field, property] : properties().items()) {
    if (!excerpt.asks(field)) continue;
    const std::string description = property.is_object() ? property.value("description", "") : "";
    list.push_back({{"name", field},
                    {"type", type_of(resolved_.at(field))},
                    {"required", is_required(*schema_, field)},
                    {"description", description}});
  }
  return list;
}
}  // namespace docket::stages
