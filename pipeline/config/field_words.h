#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/field.h"

namespace docket {

/// What a field takes, for messages: `a whole number from 1 to 8`, `auto, always or never`.
std::string expected(const Field& field);

/// What the user may have meant by a `text` that the field does not take: `, did you mean '120s'?`, or
/// nothing.
std::string hint(const Field& field, const std::string& text);

}  // namespace docket
