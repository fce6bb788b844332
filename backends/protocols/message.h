#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "backends/protocols/protocol.h"
#include "backends/protocols/token_probabilities.h"
#include "pipeline/json/member.h"

namespace docket::backends {

/// What several protocols make of a prompt, a target and a reply in the same way.

/// Tokens that a model may think, beside its answer.
inline constexpr std::int64_t room_for_thinking = 8192;

/// Whether the model is to think before it answers: as the prompt says, else as the backend does.
bool thinks(const Prompt& prompt, const Target& target);
/// What an answer may take, with the thinking before it.
std::int64_t room_for_answer(const Prompt& prompt, const Target& target);

std::string document_text(const Prompt& prompt);
/// What a model is to look at, in the prompt's order.
std::vector<const Image*> images_of(const Prompt& prompt);
std::string task_text(const Prompt& prompt);  ///< With the complaint, if there is one.
/// What stands behind the task where the server does not enforce the schema: the schema in words.
std::string schema_text(const Prompt& prompt);
/// Document and task, in this order; only the task if there are no words of a document.
std::string user_text(const Prompt& prompt);
/// An image counts as a text of as many tokens.
std::size_t prompt_bytes(const Prompt& prompt);

/// `Authorization: Bearer …`, or nothing without a key.
std::vector<std::string> bearer(const Target& target);
HttpRequest json_get(const Target& target, std::string url, std::vector<std::string> headers);
HttpRequest json_post(const Target& target, std::string url, std::vector<std::string> headers,
                      const nlohmann::json& body);

/// How often the server refused a setting.
int times_refused(const Server& server, const std::string& setting);

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

/// Notes that an answer ended because it reached a limit: the model's window, or what the prompt allows; or,
/// where the same words stand in `content` again and again, that the model repeats itself.
void cut_off(bool window_full, std::string_view content, Reply& reply);
/// Notes that the model repeats itself, so that more room is of no use; where it began an answer, that this
/// prompt made it do so. A model that is broken writes nothing else.
void repeats_itself(std::string_view content, Reply& reply);

/// A server that does not tell its window, or does not keep to it, may have cut the prompt: it counted fewer
/// tokens than its words can have, or exactly as many as fit into the window, or, where the window is not
/// known, a round number. Notes it, so that the text is asked about in pieces; true if it is so.
bool was_shortened(const Prompt& prompt, const Server& server, Reply& reply);
/// The fewest tokens that a text can have: no token is longer than a word.
std::int64_t fewest_tokens(std::string_view text);

/// Adds a model's name to a list for people, as far as there is room.
void add_name(const std::string& name, std::string& names);
/// `, did you mean 'qwen3:8b'?` of such a list, for a `model` that is not in it; empty: none is near.
std::string model_meant(const std::string& model, const std::string& names);
/// Adds the models that the server lists to an error that says that a model is not there.
void name_models(const Server& server, const std::string& model, Reply& reply);

}  // namespace docket::backends
