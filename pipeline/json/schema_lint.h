#pragma once
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "pipeline/json/schema.h"

namespace docket {

/// What JSON Schema's own schema does not allow, in words for people; and what it cannot tell: every name is
/// known, every pattern compiles, every `$ref` leads to a schema of this document and never back to itself
/// without a step into the value.
std::vector<SchemaProblem> lint_keywords(const nlohmann::json& schema);

}  // namespace docket
