#include "pipeline/json/sample_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/json/member.h"
#include "pipeline/json/resolved.h"

namespace docket {
namespace {

using nlohmann::json;

class Sampler {
 public:
  explicit Sampler(const json& root) : root_(root) {}

  json value(const json& schema, int depth) {
    if (!schema.is_object() || depth > most_nested || ++schemas_ > most_schemas) return nullptr;
    if (schema.contains("$ref")) {
      const json* const target = target_of(schema["$ref"], root_);
      return target == nullptr ? json() : value(*target, depth + 1);
    }
    if (schema.contains("const")) return schema["const"];
    if (const json& list = member(schema, "enum"); list.is_array()) return first_of(list);
    for (const char* alternatives : {"anyOf", "oneOf"})
      for (const json& one : member(schema, alternatives))
        if (json found = value(one, depth + 1); !found.is_null()) return found;
    return of_type(schema, depth);
  }

 private:
  static constexpr int most_nested = 12;         ///< Schemas may refer to themselves,
  static constexpr int most_schemas = 5'000;     ///< and do so more than once.
  static constexpr std::size_t usual_text = 40;  ///< Characters: between a value and the words around it.
  static constexpr std::size_t usual_list = 3;   ///< Items.
  static constexpr std::size_t longest = 10'000;

  static json first_of(const json& list) {
    const auto found = std::ranges::find_if(list, [](const json& one) { return !one.is_null(); });
    return found == list.end() ? json() : *found;
  }

  json of_type(const json& schema, int depth) {
    const json& declared = member(schema, "type");
    const json type = declared.is_array() ? first_of_types(declared) : declared;
    if (type == "object" || schema.contains("properties")) return object(schema, depth);
    if (type == "array") return list(schema, depth);
    if (type == "number" || type == "integer") return 0;
    if (type == "boolean") return false;
    if (type == "null") return nullptr;
    return text(schema);
  }

  static json first_of_types(const json& types) {
    const auto found = std::ranges::find_if(types, [](const json& one) { return one != "null"; });
    return found == types.end() ? json("null") : *found;
  }

  json object(const json& schema, int depth) {
    json made = json::object();
    for (const auto& [name, property] : member(schema, "properties").items())
      made[name] = value(property, depth + 1);
    for (const json& part : member(schema, "allOf"))
      if (json more = value(part, depth + 1); more.is_object()) made.update(more);
    return made;
  }

  static json text(const json& schema) {
    const json& format = member(schema, "format");
    if (format == "date") return "1000-01-01";
    if (format == "date-time") return "1000-01-01T00:00:00Z";
    return std::string(within(schema, "minLength", usual_text, "maxLength"), '?');
  }

  json list(const json& schema, int depth) {
    const json item = value(member(schema, "items"), depth + 1);
    return json(within(schema, "minItems", usual_list, "maxItems"), item);
  }

  /// As long as usual, if the schema's limits let it.
  static std::size_t within(const json& schema, const char* least, std::size_t usual, const char* most) {
    usual = std::max(usual, limit(member(schema, least)).value_or(0));
    usual = std::min(usual, limit(member(schema, most)).value_or(usual));
    return std::min(usual, longest);
  }

  /// Of a schema that was not read from text, numbers may have a sign.
  static std::optional<std::size_t> limit(const json& number) {
    if (!number.is_number_integer() || number < 0) return std::nullopt;
    return number.get<std::size_t>();
  }

  const json& root_;
  int schemas_ = 0;
};

}  // namespace

json sample_answer(const json& schema) { return Sampler(schema).value(schema, 0); }

}  // namespace docket
