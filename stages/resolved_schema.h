#pragma once
#include <nlohmann/json.hpp>

namespace docket::stages {

/// A property's schema as a value sees it: `$ref` into `root` followed, `allOf` joined, and of `anyOf` or
/// `oneOf` the one alternative that is not null, in what is inside it too. What is not so simple, or refers
/// to itself, stays as it is.
nlohmann::json resolved(const nlohmann::json& property, const nlohmann::json& root);

/// Whether `type` names it, alone or among others.
bool has_type(const nlohmann::json& property, const char* type);

}  // namespace docket::stages
