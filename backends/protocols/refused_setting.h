#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/http/http.h"

namespace docket::backends {

/// A setting of requests that can be left out, and what servers call it: words in lower case, which stand for
/// every spelling of them: `max tokens` is also `max_tokens`, `maxTokens`, `Max-Tokens`. The last word may go
/// on: `logprob` is also `logprobs`.
struct OptionalSetting {
  std::string name;
  std::initializer_list<std::string_view> called;
};

/// In Server::refused: whatever the value, it is left out.
inline constexpr int no_value_left = 3;

/// Those that an error reply refuses, whatever its status: those of the error's `param`, else the first
/// one that its message names; all of them if it speaks of names that the server does not know. A message
/// that says that the prompt is too long, or that the model wrote bad JSON, refuses none.
std::vector<std::string> refused_settings(const HttpReply& reply, std::span<const OptionalSetting> settings);

}  // namespace docket::backends
