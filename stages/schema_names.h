#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/support/result.h"

namespace docket::stages {

/// The first name in the user's schema that should be a property and is none: in a `required`, also of an
/// object within, or in an `x-follows` or `x-part-of`. Within, only where `properties` is all that says which
/// there are: not in what is put together with `allOf`, `$ref` and the like.
std::optional<Error> unknown_name_in(const nlohmann::json& schema);

/// Keywords `x-…` that mean nothing here, and formats that are near to some that do: `x-label`, `format:
/// dat`.
std::vector<std::string> doubtful_words_in(const nlohmann::json& schema);

}  // namespace docket::stages
