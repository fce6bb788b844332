// Anthropic's Messages: POST /v1/messages, with structured output and cached prefixes. It tells no token
// probabilities.
#include <algorithm>

#include "backends/http/address.h"
#include "backends/protocols/error_reply.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_answer.h"
#include "backends/protocols/model_fields.h"
#include "backends/protocols/model_type.h"
#include "backends/protocols/narrow_schema.h"
#include "backends/protocols/ollama.h"
#include "backends/protocols/price_settings.h"
#include "backends/protocols/protocol.h"
#include "backends/protocols/refused_setting.h"
#include "backends/protocols/reported_usage.h"
#include "pipeline/json/member.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/base64.h"

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
    fields::keep_alive,
    fields::warm_up,
    fields::free_at_end,
    fields::fallback,
    fields::location,
    fields::price,
};

/// What servers of this protocol may refuse. `max_tokens` they need, so another value is sent.
const OptionalSetting anthropic_optional[] = {
    {"thinking", {"thinking"}},
    {"cache_control", {"cache control"}},
    {"max_tokens", {"max tokens"}},
    {"output_config", {"output config", "output format", "schema", "grammar", "structured output"}},
};
constexpr std::int64_t least_room = 16;  ///< Tokens.

class Anthropic final : public Protocol {
 public:
  explicit Anthropic(Target target) : target_(std::move(target)) {
    const bool has_version = target_.url.ends_with("/v1");
    base_ = has_version ? target_.url : target_.url + "/v1";
    const auto address = parse_address(target_.url);
    is_anthropic_ = address && address->host == "api.anthropic.com";
  }

  /// Whether the model is there says the endpoint that answers questions: a gateway may have no such list.
  /// What it lists is for a message.
  Result<Probe> probe(int step, const HttpReply* reply, Server& found) const override {
    found.never_shortens = is_anthropic_;
    if (step == 0) return Probe{json_get(target_, base_ + "/models/" + target_.model, headers()), {}};
    if (step == 2 && reply != nullptr) note_models(*reply, found);
    if (step != 1 || reply == nullptr) return Probe{};
    if (auto error = learn(*reply, found)) return *error;
    if (reply->status == 200) return Probe{};
    return Probe{json_get(target_, base_ + "/models", headers()), {}};
  }

  HttpRequest ask(const Request& request, const Server& server) const override {
    const auto& prompt = std::get<Prompt>(request.question);
    json content = json::array();
    for (const Image* image : images_of(prompt))
      content.push_back(
          {{"type", "image"},
           {"source",
            {{"type", "base64"}, {"media_type", image->media_type}, {"data", base64(image->bytes)}}}});
    const std::string document = document_text(prompt);
    if (!document.empty()) content.push_back({{"type", "text"}, {"text", document}});
    // A write to the cache costs a quarter more than plain input, so only what is asked about again is
    // written: a text, not the picture that it came from.
    if (!document.empty() && request.asked_by.more_to_come && times_refused(server, "cache_control") == 0)
      content.back()["cache_control"] = {{"type", "ephemeral"}};
    const bool is_enforced = times_refused(server, "output_config") == 0;
    content.push_back(
        {{"type", "text"}, {"text", task_text(prompt) + (is_enforced ? "" : schema_text(prompt))}});
    json body = {{"model", target_.model},
                 {"max_tokens", room_for_output(prompt, server)},
                 {"messages", {{{"role", "user"}, {"content", std::move(content)}}}}};
    if (!prompt.system.empty()) body["system"] = {{{"type", "text"}, {"text", prompt.system}}};
    if (is_enforced && prompt.schema) add_schema(prompt, body);
    if (!thinks(prompt, target_)) add_no_thinking(server, body);
    return json_post(target_, base_ + "/messages", headers(), body);
  }

  std::optional<std::int64_t> most_output(const Request& request, const Server& server) const override {
    return room_for_output(std::get<Prompt>(request.question), server);
  }

  Reply read(const HttpReply& reply, const Request& request, const Server& server) const override {
    if (reply.status != 200) {
      Reply error = error_reply(reply);
      if (reply.status == 404 || says_no_model(server_error(reply.body)))
        name_models(server, target_.model, error);
      return error;
    }
    Result<json> parsed = reply_object(reply);
    if (!parsed) return garbled_reply(parsed.error());
    const json& body = *parsed;
    const bool is_error = !member(body, "error").is_null();
    Reply result = is_error ? error_reply(reply) : Reply{};
    note_usage(body, target_.backend, target_.model, result);
    const json& reason = member(body, "stop_reason");
    if (is_error) return result;
    const auto& prompt = std::get<Prompt>(request.question);
    if (was_shortened(prompt, server, result)) return result;
    if (reason == "refusal") {
      result.answer = refused_by_model(text_member(member(body, "stop_details"), "category"));
    } else if (reason == "max_tokens" || reason == "model_context_window_exceeded") {
      cut_off(reason != "max_tokens", content_text(body), result);
    } else if (reason != "end_turn" && reason != "stop_sequence") {
      result.answer = ended_otherwise("stop_reason", reason);
    } else {
      result.answer = model_answer(content_text(body), prompt, {});
    }
    return result;
  }

  std::vector<std::string> refused_settings(const HttpReply& reply, const Server&) const override {
    return backends::refused_settings(reply, anthropic_optional);
  }

  void leave_out(int left_out, Server& server) const override {
    if (left_out >= 2) server.refused["thinking"] = server.refused["cache_control"] = no_value_left;
    if (left_out >= 3) server.refused["output_config"] = no_value_left;
  }

 private:
  std::int64_t room_for_output(const Prompt& prompt, const Server& server) const {
    const std::int64_t wanted = room_for_answer(prompt, target_);
    const std::int64_t room = std::max(wanted >> times_refused(server, "max_tokens"), least_room);
    return server.most_output ? std::min(room, *server.most_output) : room;
  }

  /// One of the two ways to send a key: both at once are refused.
  std::vector<std::string> headers() const {
    return {"x-api-key: " + target_.key, "anthropic-version: 2023-06-01"};
  }

  std::optional<Error> learn(const HttpReply& reply, Server& found) const {
    found.product = "Anthropic";
    found.model = target_.model;
    if (reply.status == 401 || reply.status == 503) return error_reply(reply).answer.error();
    if (reply.status != 200) return std::nullopt;  // A gateway that only hands messages on.
    const Result<json> body = reply_object(reply);
    if (!body) return std::nullopt;
    found.window = token_count(*body, "max_input_tokens");
    found.most_output = token_count(*body, "max_tokens");
    if (found.window && target_.context && *target_.context > *found.window) {
      return Error{ErrorClass::unavailable, "the model's context window is " + std::to_string(*found.window) +
                                                " tokens, but the pipeline sets " +
                                                std::to_string(*target_.context) + "; lower 'context'"};
    }
    return std::nullopt;
  }

  static void note_models(const HttpReply& reply, Server& found) {
    const Result<json> body = reply_object(reply);
    if (reply.status != 200 || !body) return;
    for (const json& model : member(*body, "data"))
      add_name(text_member(model, "id"), found.models);
  }

  static void add_schema(const Prompt& prompt, json& body) {
    json schema = narrowed(prompt.schema->document(), Enforcement::anthropic);
    if (!schema.is_null())
      body["output_config"] = {{"format", {{"type", "json_schema"}, {"schema", std::move(schema)}}}};
  }

  /// Some models take `disabled`, some only `between_tools`, and old ones neither.
  static void add_no_thinking(const Server& server, json& body) {
    const int tried = times_refused(server, "thinking");
    if (tried < 2) body["thinking"] = {{"type", tried == 0 ? "disabled" : "between_tools"}};
  }

  const Target target_;
  std::string base_;
  bool is_anthropic_ = false;
};

}  // namespace

BackendType anthropic() {
  return model_type({.name = "anthropic",
                     .summary = "Anthropic's Messages",
                     .fields = anthropic_fields,
                     .protocol = [](Target target) -> std::unique_ptr<Protocol> {
                       return make_or_ollama(std::make_unique<Anthropic>(target), target);
                     },
                     .price = anthropic_price,
                     .also_called = "claude"});
}

}  // namespace docket::backends
