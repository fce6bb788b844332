#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "backends/http/http.h"
#include "pipeline/backend.h"

namespace docket::backends {

/// The error that a server names in the body of its reply, in any of the shapes in use: `{"error": "text"}`
/// (Ollama; the text may be JSON again), `{"error": {message, type, code}}` (OpenAI, llama-server),
/// `{"type": "error", "error": {type, message}}` (Anthropic).
struct ServerError {
  std::string message;  ///< One line, at most some hundred bytes; of a body that is no JSON, its beginning.
  std::string type;
  std::string code;  ///< Numbers as text.
  std::string param;
  std::optional<Excess> excess;  ///< llama-server's n_prompt_tokens and n_ctx.
};
ServerError server_error(const std::string& body);

/// What a status other than 200 means: the class of the Error, whether all should slow down, how long to
/// wait.
Reply error_reply(const HttpReply& reply);

/// True if the error says that prompt and answer exceed the model's window.
bool says_too_long(const ServerError& error);

/// How long the server asks to wait, from `retry-after-ms`, `retry-after` (seconds or a date), or the
/// `…ratelimit…-reset` of a counter that is used up. `now`: Unix time in seconds.
std::optional<std::chrono::milliseconds> retry_hint(const HttpReply& reply, std::int64_t now);

}  // namespace docket::backends
