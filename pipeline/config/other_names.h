#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

// What other tools call a setting or a type, and people too.

/// The known setting that other tools call so: `window` is `context`.
std::optional<std::string_view> named_elsewhere(std::string_view setting,
                                                const std::vector<std::string_view>& known);

/// The longest known setting that the name says more than: api_key in api_key_env, run in per_run.
std::optional<std::string_view> longer_name(std::string_view setting,
                                            const std::vector<std::string_view>& known);

struct NamedType {
  std::string_view name, also_called;
};

/// What to append to an unknown type of stage or backend: one that is also called so, or is near.
std::string type_meant(std::string_view type, const std::vector<NamedType>& known);

}  // namespace docket
