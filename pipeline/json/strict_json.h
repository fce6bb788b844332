#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "pipeline/support/result.h"

namespace docket {

/// JSON from outside: no name twice in an object, no number that overflows, at most 64 levels deep. The Error
/// (class `content`) says what is wrong and where: `is not valid JSON: line 1, column 2: …`.
Result<nlohmann::json> parse_strictly(std::string_view text);

}  // namespace docket
