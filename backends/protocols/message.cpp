#include "backends/protocols/message.h"

#include <algorithm>
#include <vector>

#include "backends/protocols/error_reply.h"
#include "backends/protocols/repetition.h"
#include "pipeline/json/member.h"
#include "pipeline/json/schema.h"
#include "pipeline/prompt_size.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/suggest.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {

using nlohmann::json;

bool thinks(const Prompt& prompt, const Target& target) { return prompt.think.value_or(target.think); }

std::int64_t room_for_answer(const Prompt& prompt, const Target& target) {
  return prompt.most_output_tokens + (thinks(prompt, target) ? room_for_thinking : 0);
}

std::string document_text(const Prompt& prompt) {
  std::string text;
  for (const PromptPart& part : prompt.document)
    text += part.text;
  return text;
}

std::vector<const Image*> images_of(const Prompt& prompt) {
  std::vector<const Image*> images;
  for (const PromptPart& part : prompt.document)
    if (part.image) images.push_back(part.image.get());
  return images;
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
  const std::string document = document_text(prompt);
  return document.empty() ? task_text(prompt) : document + "\n\n" + task_text(prompt);
}

std::size_t prompt_bytes(const Prompt& prompt) {
  std::size_t bytes = prompt.system.size() + prompt.task.size();
  for (const PromptPart& part : prompt.document)
    bytes += static_cast<std::size_t>(bytes_of(part));
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
std::string token_bytes(const json& token) {
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
    Token token{token_bytes(entry), logprob_of(entry), {}};
    for (const json& other : member(entry, "top_logprobs")) {
      if (other.is_object()) token.alternatives.push_back({token_bytes(other), logprob_of(other)});
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

void repeats_itself(std::string_view content, Reply& reply) {
  reply.repeats = trim(content).starts_with('{');
  reply.answer = Error{ErrorClass::content,
                       "the model repeats itself: it wrote the same again and again until it was stopped"};
}

void cut_off(bool window_full, std::string_view content, Reply& reply) {
  if (is_repetition(content)) return repeats_itself(content, reply);
  reply.cut_off = !window_full;
  reply.answer =
      window_full ? Error{ErrorClass::too_long, "the model's window was full before the answer was complete"}
                  : Error{ErrorClass::content, "the answer was cut off at its token limit"};
}

std::int64_t fewest_tokens(std::string_view text) {
  constexpr std::size_t letters_of_a_token = 8;  // Of scripts that put no blanks between words.
  std::int64_t tokens = 0;
  bool has_letter = false;
  std::size_t others = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] != ' ' && text[at] != '\n' && text[at] != '\t') {
      const auto byte = static_cast<unsigned char>(text[at]);
      has_letter = has_letter || is_alnum(text[at]) || byte >= 0x80;
      others += byte >= 0xC0 ? 1 : 0;
      continue;
    }
    if (has_letter) tokens += static_cast<std::int64_t>(1 + others / letters_of_a_token);
    has_letter = false;
    others = 0;
  }
  return tokens;
}

namespace {

/// No window that a server cuts prompts to is smaller, and no count of this size is made up.
constexpr std::int64_t smallest_window = 512;

/// As windows are: thousands of either kind, or one token short of it, or with room for an answer.
bool is_round(std::int64_t tokens, std::int64_t room) {
  const auto is_window = [](std::int64_t number) { return number % 1024 == 0 || number % 1000 == 0; };
  return is_window(tokens) || is_window(tokens + 1) || is_window(tokens + room);
}

}  // namespace

bool was_shortened(const Prompt& prompt, const Server& server, Reply& reply) {
  const std::int64_t counted = reply.spent.total().input_tokens;
  if (server.never_shortens || server.knows_text || counted < smallest_window / 2) return false;
  const std::int64_t fewest = fewest_tokens(user_text(prompt));
  const std::int64_t room = prompt.most_output_tokens;
  const bool fills_window = server.window ? counted == *server.window || counted == *server.window - 1 ||
                                                counted == *server.window - room
                                          : counted >= smallest_window && is_round(counted, room);
  // Some letters more are in a token than blanks in a text of none but words.
  const bool is_cut =
      (fewest > smallest_window && counted < fewest - fewest / 10) || (fills_window && fewest > counted / 2);
  if (!is_cut) return false;
  reply.answer =
      Error{ErrorClass::too_long, "the server silently shortened the document: it counted " +
                                      std::to_string(counted) + " tokens of the prompt" +
                                      (counted < fewest ? ", which has " + std::to_string(fewest) + " words"
                                                        : ", as many as fit into a window")};
  const auto bytes = static_cast<std::int64_t>(prompt_bytes(prompt));
  reply.excess = Excess{std::max({bytes / 4, fewest, counted + 1}), std::max(counted - room, counted / 2)};
  return true;
}

void add_name(const std::string& name, std::string& names) {
  constexpr std::size_t longest_name = 100, longest_list = 400;  // Bytes.
  if (name.empty() || names.size() > longest_list) return;
  names += (names.empty() ? "" : ", ") + excerpt(name, longest_name);
}

std::string model_meant(const std::string& model, const std::string& names) {
  std::vector<std::string> whole, known;
  for (std::string_view rest = names; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find(", "));
    rest.remove_prefix(std::min(rest.size(), name.size() + 2));
    whole.emplace_back(name);
    const bool has_tag = model.find(':') != std::string::npos;
    known.emplace_back(has_tag ? name : name.substr(0, name.find(':')));
  }
  const auto found = nearest(model, {known.begin(), known.end()});
  if (!found) return "";
  const std::string& meant =
      whole[static_cast<std::size_t>(std::ranges::find(known, *found) - known.begin())];
  return meant == model ? "" : did_you_mean(meant);
}

void name_models(const Server& server, const std::string& model, Reply& reply) {
  if (reply.answer || reply.answer.error().error_class != ErrorClass::unavailable || server.models.empty())
    return;
  reply.answer =
      Error{ErrorClass::unavailable, reply.answer.error().message + model_meant(model, server.models) +
                                         "; the server lists these models: " + server.models};
}

}  // namespace docket::backends
