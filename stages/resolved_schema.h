#pragma once
#include <nlohmann/json.hpp>

namespace docket::stages {

/// `resolved` of a property's schema and of what is inside it: the members of an object, the rows of a list.
/// What is too deep or too much is left open: `{}`.
nlohmann::json resolved_throughout(const nlohmann::json& property, const nlohmann::json& root);

/// Whether `type` names it, alone or among others.
bool has_type(const nlohmann::json& property, const char* type);

}  // namespace docket::stages
