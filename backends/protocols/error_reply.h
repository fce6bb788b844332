#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "backends/http/http.h"
#include "pipeline/backend.h"

namespace docket::backends {

/// The most bytes of a text of a server that a message shows.
inline constexpr std::size_t longest_server_text = 300;

/// `excerpt` of what a server or a model wrote. It may be JSON again, whose escapes of control characters
/// (`\u001b`) are cleaned like the characters.
std::string server_excerpt(std::string_view text, std::size_t most);

/// The error that a server names in the body of its reply, in any of the shapes in use: `{"error": "text"}`
/// (Ollama; the text may be JSON again), `{"error": {message, type, code, param}}` (OpenAI, llama-server),
/// `{"type": "error", "error": {type, message}}` (Anthropic), `[{"error": {message, status}}]` (Google),
/// `{"detail": [{loc, msg, type}]}` (pydantic), `{"message": …}`. All texts are cleaned: see
/// `server_excerpt`.
struct ServerError {
  std::string message;  ///< One line; of a body that is no JSON, its beginning.
  std::string type;
  std::string code;  ///< Numbers as text.
  std::string param;
  std::string text;              ///< A longer part of the message, and what a proxy hands on, to look into.
  std::optional<Excess> excess;  ///< llama-server's n_prompt_tokens and n_ctx.
  int status = 0;                ///< The HTTP status that the error itself names; 0: none.
};
ServerError server_error(const std::string& body);

/// The error of a reply that is one; none: a reply with status 200 whose body names no error.
std::optional<ServerError> error_in(const HttpReply& reply);

/// What an error reply means, whatever its status: the class of the Error, whether it is proven, whether all
/// should slow down, how long to wait. Status, type and code come first; words are hints, so unproven: of
/// class `unavailable` where they speak of the account, the model or the address and of no text, else
/// `rejected`.
Reply error_reply(const HttpReply& reply);

/// What a reply with status 200 means that is not the JSON which it must be: the server, or what stands
/// before it, broke, or there never comes anything else, such as a page of HTML.
Reply garbled_reply(const Error& problem);

/// Whether the error says that prompt and answer exceed the model's window, and how surely.
enum class TooLong { no, by_words, by_type };
TooLong says_too_long(const ServerError& error);

/// True if it says that the model did not manage to write what was asked for: an answer that is none.
bool says_model_failed(const ServerError& error);

/// Whether the model may have worked, so that the call may be charged. Not where the server itself says that
/// it failed or refuses: nobody sells errors. But a gateway that gave up waiting (504, 524), or lost the
/// connection to the model (502, 520), knows nothing of an answer that was under way.
bool may_have_worked(const HttpReply& reply);

/// True if it says that there is no such model, and speaks of no text.
bool says_no_model(const ServerError& error);

/// How long the server asks to wait, from `retry-after-ms`, `retry-after` (seconds or a date), or the
/// `…ratelimit…-reset` of a counter that is used up. `now`: Unix time in seconds.
std::optional<std::chrono::milliseconds> retry_hint(const HttpReply& reply, std::int64_t now);

}  // namespace docket::backends
