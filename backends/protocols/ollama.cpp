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
#include "backends/protocols/refused_setting.h"
#include "pipeline/config/scalars.h"
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
/// `truncate: false` is of October 2025, between 0.12 and 0.13; older servers ignore it.
constexpr int first_that_never_shortens = 13;  ///< Of version 0.

/// What servers of this protocol may refuse.
const OptionalSetting ollama_optional[] = {
    {"think", {"think"}},
    {"logprobs", {"logprob", "log prob", "top logprob"}},
    {"temperature", {"temperature"}},
    {"format", {"format", "schema", "grammar", "structured output"}},
    {"num_predict", {"num predict"}},
    {"truncate", {"truncate"}},
    {"shift", {"shift"}},
    {"keep_alive", {"keep alive"}},
};

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
    const auto takes = [&](const char* setting) { return times_refused(server, setting) == 0; };
    json messages = json::array();
    if (!prompt.system.empty()) messages.push_back({{"role", "system"}, {"content", prompt.system}});
    messages.push_back(
        {{"role", "user"}, {"content", user_text(prompt) + (takes("format") ? "" : schema_text(prompt))}});
    json body = {{"model", target_.model},
                 {"messages", std::move(messages)},
                 {"stream", false},
                 {"options", {{"num_ctx", window()}}}};
    if (prompt.schema && takes("format"))
      body["format"] = narrowed(prompt.schema->document(), Enforcement::llama_grammar);
    for (const char* setting : {"truncate", "shift"})
      if (takes(setting)) body[setting] = false;
    if (takes("keep_alive")) body["keep_alive"] = keep_alive;
    if (takes("temperature")) body["options"]["temperature"] = 0;
    if (takes("num_predict")) body["options"]["num_predict"] = prompt.most_output_tokens + thinking_room();
    if (takes("think")) body["think"] = target_.think;
    if (!target_.think && takes("logprobs")) {
      body["logprobs"] = true;
      body["top_logprobs"] = alternatives_asked;
    }
    return post("/api/chat", body);
  }

  Reply read(const HttpReply& reply, const Request& request, const Server& server) const override {
    if (reply.status != 200) return error_reply(reply);
    Result<json> parsed = reply_object(reply);
    if (!parsed) return garbled_reply(parsed.error());
    const json& body = *parsed;
    const bool is_error = !member(body, "error").is_null();
    Reply result = is_error ? error_reply(reply) : Reply{};
    const auto& prompt = std::get<Prompt>(request.question);
    result.spent.add({target_.backend, target_.model, tokens_used(body)});
    const Usage usage = result.spent.total();
    if (is_error) return result;
    if (member(body, "done") != true) {
      result.answer = Error{ErrorClass::content,
                            "the server broke off the answer (done is not true), as it does when a "
                            "model repeats itself endlessly"};
    } else if (!text_member(body, "remote_host").empty() && target_.location == Location::local) {
      result.answer = left_the_machine();
    } else if (was_cut(prompt, usage, server)) {
      result.answer = Error{ErrorClass::too_long, "the server silently shortened the document: it counted " +
                                                      std::to_string(usage.input_tokens) + " tokens of it"};
      result.excess = Excess{static_cast<std::int64_t>(prompt_bytes(prompt)) / 3, window()};
    } else if (const json& reason = member(body, "done_reason"); reason == "length") {
      const bool window_full = usage.input_tokens + usage.output_tokens >= server.window.value_or(window());
      cut_off(window_full, result);
      if (window_full) result.excess = Excess{usage.input_tokens, window() - prompt.most_output_tokens};
    } else if (reason != "stop") {
      result.answer = ended_otherwise("done_reason", reason);
    } else {
      result.answer = model_answer(text_member(member(body, "message"), "content"), prompt,
                                   tokens_of(member(body, "logprobs")));
    }
    return result;
  }

  std::vector<std::string> refused_settings(const HttpReply& reply) const override {
    return backends::refused_settings(reply, ollama_optional);
  }

  void leave_out(int left_out, Server& server) const override {
    if (left_out >= 1) server.refused["logprobs"] = no_value_left;
    if (left_out >= 2) server.refused["think"] = server.refused["temperature"] = no_value_left;
    if (left_out >= 3) server.refused["format"] = no_value_left;
    if (left_out >= 4)
      for (const char* setting : {"truncate", "shift", "keep_alive"})
        server.refused[setting] = no_value_left;
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
            "Ollama forwards this model to its cloud; set 'location: cloud', or use another model"};
  }

  std::optional<Error> learn(int step, const HttpReply& reply, Server& found) const {
    if (step == show && reply.status == 404) {
      return Error{ErrorClass::unavailable,
                   "Ollama has no model '" + target_.model + "'; run `ollama pull " + target_.model + "`"};
    }
    if (reply.status != 200) return error_reply(reply).answer.error();
    const Result<json> parsed = reply_object(reply);
    if (!parsed)
      return Error{ErrorClass::unavailable, parsed.error().message + "; is this an Ollama server?"};
    const json& body = *parsed;
    if (step == version) {
      const std::string number = text_member(body, "version");
      found.product = "Ollama " + number;
      found.never_shortens = never_shortens(number);
    }
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
      return Error{ErrorClass::unavailable,
                   "Ollama gives the model a context window of " + std::to_string(*found.window) +
                       " tokens, but the pipeline asks for " + std::to_string(window()) +
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

  /// `0.33.0`, `1.2`; of a version that is none, as people build them, false.
  static bool never_shortens(const std::string& version) {
    const std::size_t dot = version.find('.');
    if (dot == std::string::npos) return false;
    const auto major = parse_integer(version.substr(0, dot));
    const auto minor = parse_integer(version.substr(dot + 1, version.find('.', dot + 1) - dot - 1));
    return major && minor && (*major > 0 || *minor >= first_that_never_shortens);
  }

  /// Servers that do not know `truncate: false` keep of a prompt that is too long the first tokens and half
  /// of the others: an exact number. Fewer tokens than the text must have prove nothing: some versions do not
  /// count those that were in the cache. A text with fewer bytes than the window has tokens always fits.
  bool was_cut(const Prompt& prompt, const Usage& usage, const Server& server) const {
    const bool refuses = server.never_shortens && times_refused(server, "truncate") == 0;
    if (refuses || static_cast<std::int64_t>(prompt_bytes(prompt)) < window()) return false;
    for (const std::int64_t kept : {4, 5}) {
      if (usage.input_tokens == window() - std::max<std::int64_t>((window() - kept) / 2, 1)) return true;
    }
    return false;
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
