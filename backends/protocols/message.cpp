#include "backends/protocols/message.h"

#include "backends/protocols/error_reply.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {

using nlohmann::json;

std::string document_text(const Prompt& prompt) {
  std::string text;
  for (const PromptPart& part : prompt.document)
    text += part.text;
  return text;
}

std::string task_text(const Prompt& prompt) {
  if (prompt.diagnostic.empty()) return prompt.task;
  return prompt.task + "\n\nYour last answer could not be used: " + prompt.diagnostic + "\nAnswer again.";
}

std::string schema_text(const Prompt& prompt) {
  if (!prompt.schema) return "";
  return "\n\nThe object must be valid by this JSON Schema:\n" +
         prompt.schema->document().dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string user_text(const Prompt& prompt) {
  if (prompt.document.empty()) return task_text(prompt);
  return document_text(prompt) + "\n\n" + task_text(prompt);
}

std::size_t prompt_bytes(const Prompt& prompt) {
  std::size_t bytes = prompt.system.size() + prompt.task.size();
  for (const PromptPart& part : prompt.document)
    bytes += part.text.size();
  return bytes;
}

std::vector<std::string> bearer(const Target& target) {
  if (target.key.empty()) return {};
  return {"Authorization: Bearer " + target.key};
}

HttpRequest json_get(const Target& target, std::string url, std::vector<std::string> headers) {
  HttpRequest request{"GET", std::move(url), std::move(headers), "", target.limits};
  request.through_proxy = target.through_proxy;
  request.only_locally = target.only_locally;
  return request;
}

HttpRequest json_post(const Target& target, std::string url, std::vector<std::string> headers,
                      const json& body) {
  headers.push_back("Content-Type: application/json");
  HttpRequest request = json_get(target, std::move(url), std::move(headers));
  request.method = "POST";
  request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return request;
}

int times_refused(const Server& server, const std::string& setting) {
  const auto found = server.refused.find(setting);
  return found == server.refused.end() ? 0 : found->second;
}

std::string text_member(const json& object, const char* name) {
  const json& value = member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

std::string content_text(const json& holder) {
  const json& content = member(holder, "content");
  if (!content.is_array()) return text_member(holder, "content");
  std::string text;
  for (const json& part : content) {
    if (text_member(part, "type") == "text") text += text_member(part, "text");
  }
  return text;
}

namespace {

double logprob_of(const json& token) {
  const json& logprob = member(token, "logprob");
  return logprob.is_number() ? logprob.get<double>() : 0;
}

/// `bytes`, since a character may be spread over tokens and then stands in no token's text.
std::string bytes_of(const json& token) {
  const json& bytes = member(token, "bytes");
  if (!bytes.is_array()) return text_member(token, "token");
  std::string text;
  for (const json& byte : bytes) {
    if (byte.is_number_integer()) text += static_cast<char>(byte.get<int>());
  }
  return text;
}

}  // namespace

std::vector<Token> tokens_of(const json& logprobs) {
  std::vector<Token> tokens;
  if (!logprobs.is_array()) return tokens;
  for (const json& entry : logprobs) {
    if (!entry.is_object()) return {};
    Token token{bytes_of(entry), logprob_of(entry), {}};
    for (const json& other : member(entry, "top_logprobs")) {
      if (other.is_object()) token.alternatives.push_back({bytes_of(other), logprob_of(other)});
    }
    tokens.push_back(std::move(token));
  }
  return tokens;
}

Error ended_otherwise(const char* member, const json& reason) {
  return {ErrorClass::content, std::string("the answer did not end normally: ") + member + " is " +
                                   server_excerpt(reason.dump(-1, ' ', false, json::error_handler_t::replace),
                                                  longest_server_text)};
}

Error refused_by_model(const std::string& words) {
  return {ErrorClass::rejected,
          "the model refused" + (words.empty() ? "" : ": " + server_excerpt(words, longest_server_text))};
}

void cut_off(bool window_full, Reply& reply) {
  reply.cut_off = !window_full;
  reply.answer =
      window_full ? Error{ErrorClass::too_long, "the model's window was full before the answer was complete"}
                  : Error{ErrorClass::content, "the answer was cut off at its token limit"};
}

}  // namespace docket::backends
