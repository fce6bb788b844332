#include "pipeline/json/sample_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
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
  static constexpr int most_nested = 12;               ///< Schemas may refer to themselves,
  static constexpr int most_schemas = 5'000;           ///< and do so more than once.
  static constexpr std::size_t longest_text = 10'000;  ///< Characters, whatever `minLength` says.

  static json first_of(const json& list) {
    const auto found = std::ranges::find_if(list, [](const json& one) { return !one.is_null(); });
    return found == list.end() ? json() : *found;
  }

  json of_type(const json& schema, int depth) {
    const json& declared = member(schema, "type");
    const json type = declared.is_array() ? first_of_types(declared) : declared;
    if (type == "object" || schema.contains("properties")) return object(schema, depth);
    if (type == "array") return json::array({value(member(schema, "items"), depth + 1)});
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
    const json& least = member(schema, "minLength");
    return std::string(least.is_number_unsigned() ? std::clamp<std::size_t>(least, 1, longest_text) : 1, '?');
  }

  const json& root_;
  int schemas_ = 0;
};

}  // namespace

json sample_answer(const json& schema) { return Sampler(schema).value(schema, 0); }

}  // namespace docket
