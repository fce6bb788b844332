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

/// The known setting that other tools call so: `window` is `context`; or one whose name it begins or ends
/// with.
std::optional<std::string_view> named_elsewhere(std::string_view setting,
                                                const std::vector<std::string_view>& known);

}  // namespace docket
