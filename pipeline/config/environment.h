#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/support/result.h"

namespace docket {

/// A text of the pipeline file with its `${…}` resolved.
struct Expanded {
  std::string text;
  bool from_environment = false;  ///< Some of it is: then no message may show it.
  bool one_reference = false;  ///< It is one `${NAME}` or `${NAME:-}` and nothing else, not even a default.
};

/// The value of an environment variable.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;
std::optional<std::string> environment_variable(const std::string& name);

/// Replaces `${NAME}` and `${NAME:-default}` (when NAME is unset, empty or only blanks; `${NAME:-}` may be
/// empty); `$${` is a plain `${`. The Error (class `config`) names a variable that is unset, empty or only
/// blanks, and never its value.
Result<Expanded> expand(std::string_view text, const Lookup& lookup);

}  // namespace docket
