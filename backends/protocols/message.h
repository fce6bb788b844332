#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backends/protocols/protocol.h"
#include "backends/protocols/token_probabilities.h"
#include "pipeline/json/member.h"

namespace docket::backends {

/// What several protocols make of a prompt, a target and a reply in the same way.

/// Tokens that a model may think, beside its answer.
inline constexpr std::int64_t room_for_thinking = 8192;

std::string document_text(const Prompt& prompt);
std::string task_text(const Prompt& prompt);  ///< With the complaint, if there is one.
/// What stands behind the task where the server does not enforce the schema: the schema in words.
std::string schema_text(const Prompt& prompt);
/// Document and task, in this order; only the task if there is no document.
std::string user_text(const Prompt& prompt);
std::size_t prompt_bytes(const Prompt& prompt);

/// `Authorization: Bearer …`, or nothing without a key.
std::vector<std::string> bearer(const Target& target);
HttpRequest json_get(const Target& target, std::string url, std::vector<std::string> headers);
HttpRequest json_post(const Target& target, std::string url, std::vector<std::string> headers,
                      const nlohmann::json& body);

/// How often the server refused a setting.
int times_refused(const Server& server, const std::string& setting);

/// Empty when the member is missing or no text.
std::string text_member(const nlohmann::json& object, const char* member);

/// The text of an answer's `content`: a text, or parts of which the type tells which are text and which, such
/// as thinking, are not.
std::string content_text(const nlohmann::json& holder);

/// The tokens of a `logprobs` list as Ollama and OpenAI's protocol have it: [{token, bytes, logprob,
/// top_logprobs}].
std::vector<Token> tokens_of(const nlohmann::json& logprobs);

/// Of an answer that did not end normally: `finish_reason is …`, as far as it is short and clean.
Error ended_otherwise(const char* member, const nlohmann::json& reason);
/// The model said that it will not answer.
Error refused_by_model(const std::string& words);

/// Notes that an answer ended because it reached a limit: the model's window, or what the prompt allows.
void cut_off(bool window_full, Reply& reply);

}  // namespace docket::backends
