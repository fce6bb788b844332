// Anthropic's Messages: POST /v1/messages, with structured output and cached prefixes. It tells no token
// probabilities.
#include "backends/protocols/error_reply.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_answer.h"
#include "backends/protocols/model_fields.h"
#include "backends/protocols/model_type.h"
#include "backends/protocols/narrow_schema.h"
#include "backends/protocols/protocol.h"
#include "pipeline/json/schema.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr Field anthropic_fields[] = {
    {.name = "url",
     .type = Field::Type::texts,
     .help = fields::urls_help,
     .fallback = "https://api.anthropic.com",
     .affects_answer = false},
    fields::required_model,
    fields::required_key,
    fields::context,
    fields::max_concurrent,
    fields::timeout,
    fields::connect_timeout,
    fields::first_byte_timeout,
    fields::deadline,
    fields::think,
    fields::fallback,
    fields::location,
    fields::price,
};

class Anthropic final : public Protocol {
 public:
  explicit Anthropic(Target target) : target_(std::move(target)) {
    const bool has_version = target_.url.ends_with("/v1");
    base_ = has_version ? target_.url : target_.url + "/v1";
  }

  Result<Probe> probe(int step, const HttpReply* reply, Server& found) const override {
    if (step == 0) return Probe{json_get(target_, base_ + "/models/" + target_.model, headers()), {}};
    if (reply != nullptr) {
      if (auto error = learn(*reply, found)) return *error;
    }
    return Probe{};
  }

  HttpRequest ask(const Request& request, const Server& server) const override {
    const auto& prompt = std::get<Prompt>(request.question);
    json document = {{"type", "text"}, {"text", document_text(prompt)}};
    // A write to the cache costs a quarter more than plain input, so only what is asked about again is
    // written.
    if (request.asked_by.more_to_come) document["cache_control"] = {{"type", "ephemeral"}};
    const std::int64_t room = prompt.most_output_tokens + (target_.think ? room_for_thinking : 0);
    json body = {
        {"model", target_.model},
        {"max_tokens", server.most_output ? std::min(room, *server.most_output) : room},
        {"system", {{{"type", "text"}, {"text", prompt.system}}}},
        {"messages",
         {{{"role", "user"}, {"content", {document, {{"type", "text"}, {"text", task_text(prompt)}}}}}}}};
    if (!server.refused.contains("output_config")) add_schema(prompt, body);
    if (!target_.think) add_no_thinking(server, body);
    return json_post(target_, base_ + "/messages", headers(), body);
  }

  Reply read(const HttpReply& reply, const Request& request, const Server&) const override {
    if (reply.status != 200) return error_reply(reply);
    Result<json> parsed = reply_object(reply);
    if (!parsed) return {parsed.error()};
    const json& body = *parsed;
    Reply result;
    result.spent.add({target_.backend, target_.model, tokens_used(body)});
    const json& reason = member(body, "stop_reason");
    if (body.contains("error") && !body["error"].is_null()) {
      result.answer = Error{ErrorClass::transient,
                            "the server answered with an error: " + server_error(reply.body).message};
    } else if (reason == "refusal") {
      const std::string category = text_member(member(body, "stop_details"), "category");
      result.answer =
          Error{ErrorClass::rejected, "the model refuses" + (category.empty() ? "" : ": " + category)};
    } else if (reason == "max_tokens" || reason == "model_context_window_exceeded") {
      cut_off(reason != "max_tokens", result);
    } else if (reason != "end_turn" && reason != "stop_sequence") {
      result.answer =
          Error{ErrorClass::content, "the answer has no normal end: stop_reason is " +
                                         reason.dump(-1, ' ', false, json::error_handler_t::replace)};
    } else {
      result.answer = model_answer(content_text(body), std::get<Prompt>(request.question), {});
    }
    return result;
  }

  std::optional<std::string> refused_setting(const HttpReply& reply) const override {
    if (reply.status != 400) return std::nullopt;
    const ServerError error = server_error(reply.body);
    if (says_too_long(error)) return std::nullopt;
    if (error.message.find("thinking") != std::string::npos) return "thinking";
    const bool is_schema = error.message.find("output_config") != std::string::npos ||
                           error.message.find("schema") != std::string::npos ||
                           error.message.find("grammar") != std::string::npos;
    return is_schema ? std::optional<std::string>("output_config") : std::nullopt;
  }

 private:
  /// One of the two ways to send a key: both at once are refused.
  std::vector<std::string> headers() const {
    return {"x-api-key: " + target_.key, "anthropic-version: 2023-06-01"};
  }

  std::optional<Error> learn(const HttpReply& reply, Server& found) const {
    found.product = "Anthropic";
    found.model = target_.model;
    if (reply.status == 404 && server_error(reply.body).type == "not_found_error")
      return Error{ErrorClass::unavailable, "the server has no model '" + target_.model + "'"};
    if (reply.status == 404 || reply.status == 405)
      return std::nullopt;  // A gateway that only hands messages on.
    if (reply.status != 200) return error_reply(reply).answer.error();
    const Result<json> body = reply_object(reply);
    if (!body) return std::nullopt;
    found.window = token_count(*body, "max_input_tokens");
    found.most_output = token_count(*body, "max_tokens");
    if (found.window && target_.context && *target_.context > *found.window) {
      return Error{ErrorClass::unavailable, "the model's window is " + std::to_string(*found.window) +
                                                " tokens, the pipeline counts on " +
                                                std::to_string(*target_.context) + "; lower 'context'"};
    }
    return std::nullopt;
  }

  static void add_schema(const Prompt& prompt, json& body) {
    json schema = narrowed(prompt.schema->document(), Enforcement::anthropic);
    if (!schema.is_null())
      body["output_config"] = {{"format", {{"type", "json_schema"}, {"schema", std::move(schema)}}}};
  }

  /// Some models take `disabled`, some only `between_tools`, and old ones neither.
  static void add_no_thinking(const Server& server, json& body) {
    const auto refused = server.refused.find("thinking");
    const int tried = refused == server.refused.end() ? 0 : refused->second;
    if (tried < 2) body["thinking"] = {{"type", tried == 0 ? "disabled" : "between_tools"}};
  }

  /// `input_tokens` is what was neither read from the cache nor written to it.
  static Usage tokens_used(const json& body) {
    const json& usage = member(body, "usage");
    ReportedTokens tokens;
    tokens.input = token_count(usage, "input_tokens");
    tokens.output = token_count(usage, "output_tokens");
    tokens.cached = token_count(usage, "cache_read_input_tokens").value_or(0);
    tokens.cache_write = token_count(usage, "cache_creation_input_tokens").value_or(0);
    tokens.reasoning = token_count(member(usage, "output_tokens_details"), "thinking_tokens").value_or(0);
    if (tokens.input) *tokens.input += tokens.cached + tokens.cache_write;
    return usage_of(tokens);
  }

  const Target target_;
  std::string base_;
};

}  // namespace

BackendType anthropic() {
  return model_type({.name = "anthropic",
                     .summary = "Anthropic's Messages",
                     .fields = anthropic_fields,
                     .protocol = [](Target target) -> std::unique_ptr<Protocol> {
                       return std::make_unique<Anthropic>(std::move(target));
                     }});
}

}  // namespace docket::backends
