// Ollama's own protocol: POST /api/chat. Facts: the project's protocol notes and github.com/ollama/ollama,
// api/types.go.
#include <algorithm>

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

constexpr Field ollama_fields[] = {
    {.name = "url",
     .type = Field::Type::texts,
     .help = fields::urls_help,
     .fallback = "http://127.0.0.1:11434",
     .affects_answer = false},
    fields::required_model,
    {.name = fields::context.name,
     .type = fields::context.type,
     .help = fields::context.help,
     .fallback = "8192",
     .minimum = fields::context.minimum,
     .maximum = fields::context.maximum},
    fields::max_concurrent,
    fields::timeout,
    fields::connect_timeout,
    fields::first_byte_timeout,
    fields::deadline,
    fields::think,
    fields::fallback,
    fields::location,
    fields::price,
    fields::key,
};

/// What is allocated without a word from us depends on the machine, so a window is always sent.
constexpr std::int64_t default_window = 8192;
/// Models stay loaded between the documents of a run.
constexpr const char* keep_alive = "30m";
constexpr int alternatives_asked = 5;
/// A token of any text that a document holds stands for fewer bytes than this on average.
constexpr std::int64_t most_bytes_per_token = 16;

class Ollama final : public Protocol {
  enum Step { version, show, load, running, done };

 public:
  explicit Ollama(Target target) : target_(std::move(target)) {}

  Result<Probe> probe(int step, const HttpReply* reply, Server& found) const override {
    if (reply != nullptr) {
      if (auto error = learn(step - 1, *reply, found)) return *error;
    }
    switch (step) {
      case version:
        return Probe{get("/api/version"), {}};
      case show:
        return Probe{post("/api/show", {{"model", target_.model}}), {}};
      case load:
        return Probe{post("/api/chat", {{"model", target_.model},
                                        {"stream", false},
                                        {"keep_alive", keep_alive},
                                        {"options", {{"num_ctx", window()}}}}),
                     {}};
      case running:
        return Probe{get("/api/ps"), {}};
      default:
        return Probe{};
    }
  }

  std::optional<HttpRequest> ask_models() const override { return get("/api/tags"); }

  std::string model_in(const HttpReply& reply) const override {
    const Result<json> body = reply_object(reply);
    if (reply.status != 200 || !body) return {};
    for (const json& model : member(*body, "models"))
      if (is_ours(model)) return text_member(model, "digest");
    return {};
  }

  HttpRequest ask(const Request& request, const Server& server) const override {
    const auto& prompt = std::get<Prompt>(request.question);
    json body = {{"model", target_.model},
                 {"messages",
                  {{{"role", "system"}, {"content", prompt.system}},
                   {{"role", "user"}, {"content", user_text(prompt)}}}},
                 {"stream", false},
                 {"format", narrowed(prompt.schema->document(), Enforcement::llama_grammar)},
                 {"truncate", false},
                 {"shift", false},
                 {"keep_alive", keep_alive},
                 {"options",
                  {{"num_ctx", window()},
                   {"temperature", 0},
                   {"num_predict", prompt.most_output_tokens + thinking_room()}}}};
    if (!server.refused.contains("think")) body["think"] = target_.think;
    if (!target_.think) {
      body["logprobs"] = true;
      body["top_logprobs"] = alternatives_asked;
    }
    return post("/api/chat", body);
  }

  Reply read(const HttpReply& reply, const Request& request, const Server& server) const override {
    if (reply.status != 200) return error_reply(reply);
    Result<json> parsed = reply_object(reply);
    if (!parsed) return {parsed.error()};
    const json& body = *parsed;
    Reply result;
    const auto& prompt = std::get<Prompt>(request.question);
    result.spent.add({target_.backend, target_.model, tokens_used(body)});
    const Usage usage = result.spent.total();
    if (body.contains("error")) {
      const ServerError error = server_error(reply.body);
      result.answer = says_too_long(error)
                          ? Error{ErrorClass::too_long, error.message}
                          : Error{ErrorClass::transient, "the server broke off: " + error.message};
    } else if (member(body, "done") != true) {
      result.answer = Error{ErrorClass::content,
                            "the server broke off the answer (done is not true), as it does when a "
                            "model repeats itself without end"};
    } else if (!text_member(body, "remote_host").empty() && target_.location == Location::local) {
      result.answer = left_the_machine();
    } else if (was_cut(prompt, usage)) {
      result.answer =
          Error{ErrorClass::too_long, "the server shortened the document without a word: it counted " +
                                          std::to_string(usage.input_tokens) + " tokens of it"};
      result.excess = Excess{static_cast<std::int64_t>(prompt_bytes(prompt)) / 3, window()};
    } else if (const json& reason = member(body, "done_reason"); reason == "length") {
      const bool window_full = usage.input_tokens + usage.output_tokens >= server.window.value_or(window());
      cut_off(window_full, result);
      if (window_full) result.excess = Excess{usage.input_tokens, window() - prompt.most_output_tokens};
    } else if (reason != "stop") {
      result.answer =
          Error{ErrorClass::content, "the server ended the answer for a reason that is no normal end: " +
                                         reason.dump(-1, ' ', false, json::error_handler_t::replace)};
    } else {
      result.answer = model_answer(text_member(member(body, "message"), "content"), prompt,
                                   tokens_of(member(body, "logprobs")));
    }
    return result;
  }

  std::optional<std::string> refused_setting(const HttpReply& reply) const override {
    const bool is_think = reply.status == 400 && reply.body.find("think") != std::string::npos;
    return is_think ? std::optional<std::string>("think") : std::nullopt;
  }

 private:
  std::int64_t window() const { return target_.context.value_or(default_window); }
  std::int64_t thinking_room() const { return target_.think ? room_for_thinking : 0; }
  HttpRequest get(const std::string& path) const {
    return json_get(target_, target_.url + path, bearer(target_));
  }
  HttpRequest post(const std::string& path, const json& body) const {
    return json_post(target_, target_.url + path, bearer(target_), body);
  }

  static Error left_the_machine() {
    return {ErrorClass::unavailable,
            "Ollama hands this model on to its cloud; say so with 'location: cloud', or use another model"};
  }

  std::optional<Error> learn(int step, const HttpReply& reply, Server& found) const {
    if (step == show && reply.status == 404) {
      return Error{ErrorClass::unavailable, "Ollama has no model '" + target_.model + "'; `ollama pull " +
                                                target_.model + "` gets it"};
    }
    if (reply.status != 200) return error_reply(reply).answer.error();
    const Result<json> parsed = reply_object(reply);
    if (!parsed) return Error{ErrorClass::unavailable, parsed.error().message + "; is this an Ollama?"};
    const json& body = *parsed;
    if (step == version) found.product = "Ollama " + text_member(body, "version");
    if (step == show) {
      found.model = target_.model;
      found.leaves = !text_member(body, "remote_host").empty();
      if (found.leaves && target_.location == Location::local) return left_the_machine();
      const json& capabilities = member(body, "capabilities");
      if (!target_.think && capabilities.is_array() &&
          std::ranges::find(capabilities, json("thinking")) == capabilities.end())
        found.refused["think"] = 1;  // Old servers know no `think`; a model that cannot think needs none.
    }
    if (step == running) return learn_window(body, found);
    return std::nullopt;
  }

  std::optional<Error> learn_window(const json& body, Server& found) const {
    for (const json& model : member(body, "models")) {
      if (!is_ours(model)) continue;
      found.digest = text_member(model, "digest");
      found.window = token_count(model, "context_length");
    }
    if (found.window && *found.window < window()) {
      return Error{ErrorClass::unavailable, "Ollama gives the model a window of " +
                                                std::to_string(*found.window) +
                                                " tokens, the pipeline asks for " + std::to_string(window()) +
                                                "; lower 'context', or give the server more memory"};
    }
    return std::nullopt;
  }

  bool is_ours(const json& model) const {
    if (!model.is_object()) return false;
    const std::string name = text_member(model, "name");
    return name == target_.model || name == target_.model + ":latest";
  }

  /// Thinking is inside eval_count, and not told apart.
  static Usage tokens_used(const json& body) {
    ReportedTokens tokens;
    tokens.input = token_count(body, "prompt_eval_count");
    tokens.output = token_count(body, "eval_count");
    return usage_of(tokens);
  }

  /// `truncate: false` is unknown to old servers, which keep about half of a prompt that is too long.
  bool was_cut(const Prompt& prompt, const Usage& usage) const {
    if (usage.input_tokens == 0) return false;
    for (const std::int64_t kept : {4, 5}) {
      if (usage.input_tokens == window() - std::max<std::int64_t>((window() - kept) / 2, 1)) return true;
    }
    return static_cast<std::int64_t>(prompt_bytes(prompt)) / usage.input_tokens > most_bytes_per_token;
  }

  const Target target_;
};

/// What Ollama hands on leaves this machine, whatever the pipeline says.
Location ollama_location(const Settings& settings) {
  return is_handed_on(settings.text("model")) ? Location::cloud : model_location(settings);
}

}  // namespace

BackendType ollama() {
  return model_type({.name = "ollama",
                     .summary = "Ollama's own protocol",
                     .fields = ollama_fields,
                     .protocol = [](Target target) -> std::unique_ptr<Protocol> {
                       return std::make_unique<Ollama>(std::move(target));
                     },
                     .location = ollama_location});
}

}  // namespace docket::backends
