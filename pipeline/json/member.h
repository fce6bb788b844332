#pragma once
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace docket {

/// A member of what may be no object, or lack it: then null. No copy, so what it is of must outlive it.
inline const nlohmann::json& member(const nlohmann::json& object, std::string_view name) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

/// The same where it should be a text; else empty.
inline std::string text_member(const nlohmann::json& object, std::string_view name) {
  const nlohmann::json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// The schema of an object says that it must have this member.
inline bool is_required(const nlohmann::json& schema, std::string_view name) {
  const nlohmann::json& required = member(schema, "required");
  return std::ranges::find(required, nlohmann::json(name)) != required.end();
}

}  // namespace docket
