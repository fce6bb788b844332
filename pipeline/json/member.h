#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

namespace docket {

/// A member of what may be no object, or lack it: then null. No copy, so what it is of must outlive it.
inline const nlohmann::json& member(const nlohmann::json& object, std::string_view name) {
  static const nlohmann::json none;
  if (!object.is_object()) return none;
  const auto found = object.find(name);
  return found == object.end() ? none : *found;
}

}  // namespace docket
