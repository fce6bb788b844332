#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// The known name that `name` was probably meant to be: few letters changed, swapped, added or left out, with
/// `-`, `_` and capitals as one; or the only one that begins with it. None when nothing is near.
std::optional<std::string_view> nearest(std::string_view name, const std::vector<std::string_view>& known);

/// `, did you mean 'found'?`, to append to what is wrong; empty: nothing was found.
std::string did_you_mean(std::optional<std::string_view> found);

/// What to append to "unknown …": `, did you mean 'x'?`, else `; known: a, b, c`, else nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known);

/// `a, b or c`.
std::string one_of(const std::vector<std::string_view>& names);

}  // namespace docket
