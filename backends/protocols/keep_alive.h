#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace docket::backends {

// How long a server keeps a model after a call, in Ollama's words: a number of seconds, or a duration of Go
// such as `90s`, `1h30m` or `-1m`. 0: not at all; negative: for ever. Facts: github.com/ollama/ollama,
// api/types.go.

/// None: it is neither.
std::optional<double> keep_alive_seconds(std::string_view text);
/// As Ollama takes it: seconds as a number, a duration as a text; `text` is valid.
nlohmann::json keep_alive_member(std::string_view text);

}  // namespace docket::backends
