// OpenAI's chat completions, as llama-server, vLLM, LM Studio, OpenAI, Gemini and others speak it.
#include <algorithm>

#include "backends/http/address.h"
#include "backends/protocols/error_reply.h"
#include "backends/protocols/keep_alive.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_answer.h"
#include "backends/protocols/model_fields.h"
#include "backends/protocols/model_type.h"
#include "backends/protocols/narrow_schema.h"
#include "backends/protocols/ollama.h"
#include "backends/protocols/protocol.h"
#include "backends/protocols/refused_setting.h"
#include "backends/protocols/reported_usage.h"
#include "pipeline/json/member.h"
#include "pipeline/json/schema.h"
#include "pipeline/json/strict_json.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/base64.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr Field openai_fields[] = {
    {.name = "url",
     .type = Field::Type::texts,
     .help = fields::urls_help,
     .required = true,
     .affects_answer = false},
    fields::model,
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
    fields::key,
};

constexpr int most_alternatives = 5;
constexpr std::chrono::milliseconds between_looks{500};  ///< While a server loads its model.
constexpr std::string_view llama_server = "llama-server";
constexpr std::string_view openai_itself = "OpenAI";
constexpr std::string_view vllm = "vLLM";

/// What servers of this protocol may refuse, in the order in which names are looked for.
const OptionalSetting openai_optional[] = {
    {"temperature", {"temperature"}},
    {"logprobs", {"logprob", "log prob", "top logprob", "token prob"}},
    {"reasoning_effort", {"reasoning"}},
    {"chat_template_kwargs", {"chat template", "template kwargs", "enable thinking"}},
    {"max_tokens", {"max tokens", "max completion tokens", "max output tokens", "max new tokens"}},
    {"response_format",
     {"response format", "json schema", "structured output", "json mode", "json object", "guided json",
      "grammar", "schema", "output format"}},
    {"system_role", {"system role", "system message", "system prompt", "developer instruction"}},
    {"stream", {"stream"}},
    {"ttl", {"ttl"}},
};

/// For the query of an address.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alnum(c) || std::string_view("-._~").find(c) != std::string_view::npos)
      result += c;
    else
      result += {'%', digits[byte / 16], digits[byte % 16]};
  }
  return result;
}

class OpenAi final : public Protocol {
  enum Look { props, slots, models, load, loading, props_of_model };
  static constexpr int names_of_limit = 2;  ///< Of output tokens: what refuses one may take the other.

 public:
  explicit OpenAi(Target target) : target_(std::move(target)) {
    const auto address = parse_address(target_.url);
    const std::string path = address ? address->path : "";
    root_ = path.ends_with("/v1") ? target_.url.substr(0, target_.url.size() - 3) : target_.url;
    base_ = path.empty() ? target_.url + "/v1" : target_.url;
    may_be_llama_server_ = (path.empty() || path == "/v1") && target_.location == Location::local;
    if (address && !address->port.empty()) port_ = address->port;
    is_openai_ = address && address->host == "api.openai.com";
  }

  std::string start_hint() const override {
    if (!may_be_llama_server_) return Protocol::start_hint();
    return "is llama-server running, and is the port right? start it with `llama-server -m MODEL.gguf "
           "--port " +
           port_ + "`";
  }

  Result<Probe> probe(int step, const HttpReply* reply, Server& found) const override {
    if (reply == nullptr)
      return look(step == 0 ? (may_be_llama_server_ ? props : models) : found.asked, found);
    switch (found.asked) {
      case props:
        if (is_loading(*reply)) return Probe{{}, between_looks};
        if (auto error = learn_props(*reply, found)) return *error;
        return look(must_tell_slots(found) ? slots : models, found);
     case slots:
        if (auto error = learn_slots(*reply, found)) return *error;
        return look(models, found);
      case models:
        if (auto error = learn_models(*reply, found)) return *error;
        return found.is_router ? look(load, found) : Probe{};
      case load:
        if (auto error = refusal_to_load(*reply)) return *error;
        return look(loading, found);
      case loading:
        return learn_status(*reply, found);
      default:
        if (auto error = learn_props(*reply, found)) return *error;
        return Probe{};
    }
  }

  std::optional<HttpRequest> ask_count(const std::string& text, const Server& server) const override {
    if (server.product != llama_server && server.product != vllm) return std::nullopt;
    const json body = server.product == vllm
                          ? json{{"model", server.model}, {"prompt", text}, {"add_special_tokens", false}}
                          : json{{"model", server.model}, {"content", text}};
    return json_post(target_, root_ + "/tokenize", bearer(target_), body);
  }

  std::optional<std::int64_t> count_in(const HttpReply& reply) const override {
    const Result<json> body = reply_object(reply);
    if (reply.status != 200 || !body) return std::nullopt;
    const json& tokens = member(*body, "tokens");
    if (tokens.is_array()) return static_cast<std::int64_t>(tokens.size());
    return token_count(*body, "count");
  }

  std::optional<HttpRequest> ask_models() const override {
    if (target_.location == Location::cloud && !target_.model.empty()) return std::nullopt;
    return json_get(target_, base_ + "/models", bearer(target_));
  }

  /// llama-server measures the file that it has; others only name their models.
  std::string model_in(const HttpReply& reply) const override {
    const Result<json> body = reply_object(reply);
    if (reply.status != 200 || !body || !body->contains("data") || !(*body)["data"].is_array()) return {};
    const json& list = (*body)["data"];
    for (const json& model : list) {
      const std::string id = text_member(model, "id");
      if (list.size() > 1 && id != target_.model) continue;
      std::string found = target_.model.empty() ? id : "";
      const json& measures = member(model, "meta");
      for (const char* measure : {"n_params", "size", "n_vocab"})
        if (const auto count = token_count(measures, measure))
          found += " " + std::to_string(*count) + " " + measure;
      return found;
    }
    return {};
  }

  HttpRequest ask(const Request& request, const Server& server) const override {
    const auto& prompt = std::get<Prompt>(request.question);
    json body = {{"model", server.model}, {"messages", messages(prompt, server)}};
    add_limit(request, server, body);
    const auto takes = [&](const char* setting) { return times_refused(server, setting) == 0; };
    if (takes("stream")) body["stream"] = false;
    if (takes("temperature")) body["temperature"] = 0;
    if (prompt.schema) add_schema(prompt, server, body);
    if (takes("logprobs") && !thinks(prompt, target_) && !prompt.takes_all_words) {
      body["logprobs"] = true;
      body["top_logprobs"] = most_alternatives;
    }
    add_thinking(prompt, server, body);
    add_keep_alive(server, body);
    return json_post(target_, base_ + "/chat/completions", bearer(target_), body);
  }

  std::optional<std::int64_t> most_output(const Request& request, const Server& server) const override {
    if (times_refused(server, "max_tokens") >= names_of_limit) return std::nullopt;
    return room_for_answer(std::get<Prompt>(request.question), target_);
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
    const auto& prompt = std::get<Prompt>(request.question);
    const json& choice = first_choice(body);
    std::optional<Reply> broken = error_under_200(reply, body, choice);
    const bool is_broken = broken.has_value();
    Reply result = is_broken ? *std::move(broken) : Reply{};
    note_usage(body, target_.backend, server.model, result);
    if (is_broken) return result;
    const Usage usage = result.spent.total();
    const json& message = member(choice, "message");
    const json& reason = member(choice, "finish_reason");
    if (was_shortened(prompt, server, result)) return result;
    if (const std::string refusal = text_member(message, "refusal"); !refusal.empty()) {
      result.answer = refused_by_model(refusal);
    } else if (reason == "content_filter") {
      result.answer = Error{ErrorClass::rejected, "the server's content filter stopped the answer"};
    } else if (reason == "length") {
      const bool window_full = server.window && usage.input_tokens + usage.output_tokens >= *server.window;
      cut_off(window_full, content_text(message), result);
      if (window_full && !result.repeats)
        result.excess = Excess{usage.input_tokens, *server.window - prompt.most_output_tokens};
    } else if (reason != "stop") {
      result.answer = ended_otherwise("finish_reason", reason);
    } else {
      result.answer = model_answer(content_text(message), prompt,
                                   tokens_of(member(member(choice, "logprobs"), "content")));
    }
    return result;
  }

  std::vector<std::string> refused_settings(const HttpReply& reply, const Server&) const override {
    std::vector<std::string> refused = backends::refused_settings(reply, openai_optional);
    const bool is_format = std::ranges::find(refused, "response_format") != refused.end();
    // Who speaks of `json_object` may take that in place of a schema; others get neither.
    if (is_format && reply.body.find("json_object") == std::string::npos)
      refused.push_back("response_format");
    return refused;
  }

  void leave_out(int left_out, Server& server) const override {
    if (left_out >= 1) server.refused["logprobs"] = no_value_left;
    if (left_out >= 2)
      for (const char* setting : {"temperature", "reasoning_effort", "chat_template_kwargs", "ttl"})
        server.refused[setting] = no_value_left;
    if (left_out >= 3) server.refused["response_format"] = no_value_left;
    const bool takes_limit = server.product == llama_server || server.product == vllm || is_openai_;
    if (left_out >= 3 && !takes_limit)
      server.refused["max_tokens"] = std::max(server.refused["max_tokens"], left_out - 2);
  }

  std::optional<HttpRequest> let_go(const Server& server) const override {
    if (!server.is_router) return std::nullopt;  // llama-server and vLLM have the one model for life.
    return json_post(target_, root_ + "/models/unload", bearer(target_), {{"model", server.model}});
  }

 private:
  Result<Probe> look(int at, Server& found) const {
    found.asked = at;
    if (at == load)
      return Probe{json_post(target_, root_ + "/models/load", bearer(target_), {{"model", found.model}}), {}};
    const std::string url = at == props            ? root_ + "/props"
                            : at == slots          ? root_ + "/slots"
                            : at == loading        ? root_ + "/models"
                            : at == props_of_model ? root_ + "/props?model=" + percent_encoded(found.model)
                                                   : base_ + "/models";
    return Probe{json_get(target_, url, bearer(target_)), {}};
  }

  static bool must_tell_slots(const Server& found) {
    return found.product == llama_server && !found.is_router && !(found.slots && found.window);
  }

  // llama-server's router: which models it has loaded, it says at `/models`. Facts:
  // github.com/ggml-org/llama.cpp, tools/server/README.md, "Using multiple models".

  /// None: it loads, or has loaded, the model.
  static std::optional<Error> refusal_to_load(const HttpReply& reply) {
    if (reply.status == 200) return std::nullopt;
    const std::string words = server_error(reply.body).message;
    const bool is_there = words.find("already") != std::string::npos;
    return is_there ? std::nullopt : std::optional(error_reply(reply).answer.error());
  }

  Result<Probe> learn_status(const HttpReply& reply, Server& found) const {
    const Result<json> body = reply_object(reply);
    if (reply.status != 200 || !body) return error_reply(reply).answer.error();
    std::string ours;
    const json none;
    const json* status = &none;
    found.holds.clear();
    for (const json& model : member(*body, "data")) {
      const std::string name = text_member(model, "id"), is = text_member(member(model, "status"), "value");
      if (is == "loaded" || is == "sleeping") found.holds.push_back(name);
      if (name == found.model) status = &member(model, "status");
      if (name == found.model) ours = is;
    }
    found.model_is_loaded = ours == "loaded" || ours == "sleeping";
    if (found.model_is_loaded) return look(props_of_model, found);
    if (ours == "loading" || ours == "downloading") return Probe{{}, between_looks};
    const auto code = token_count(*status, "exit_code");
    return Error{ErrorClass::unavailable, "the server could not load the model '" + found.model + "'" +
                                              (code ? " (exit code " + std::to_string(*code) + ")" : "")};
  }

  static const json& first_choice(const json& body) {
    static const json none;
    const json& choices = member(body, "choices");
    return choices.is_array() && !choices.empty() ? choices[0] : none;
  }

  /// Proxies say with status 200 that what they hand on broke, in place of the choices or in one.
  static std::optional<Reply> error_under_200(const HttpReply& reply, const json& body, const json& choice) {
    if (!member(body, "error").is_null()) return error_reply(reply);
    if (const json& error = member(choice, "error"); !error.is_null())
      return error_reply({reply.status, reply.headers, json{{"error", error}}.dump()});
    if (!choice.is_object())
      return Reply{Error{ErrorClass::transient, "the server's reply has no choices, so no answer"}};
    if (member(choice, "finish_reason") == "error")
      return Reply{Error{ErrorClass::transient, "the server broke off the answer with an error"}};
    return std::nullopt;
  }

  /// A server that loads its model answers 503 for minutes; whisper's and others' do so too.
  static bool is_loading(const HttpReply& reply) {
    return reply.status == 503 && server_error(reply.body).message.find("oading") != std::string::npos;
  }

  std::optional<Error> learn_props(const HttpReply& reply, Server& found) const {
    if (reply.status == 401 || reply.status == 403) return error_reply(reply).answer.error();
    const Result<json> body = reply_object(reply);
    if (reply.status != 200 || !body || !body->contains("default_generation_settings")) return std::nullopt;
    found.product = llama_server;
    found.never_shortens = true;
    if (text_member(*body, "role") == "router") {  // It speaks of no model.
      found.is_router = true;
      return std::nullopt;
    }
    found.model_is_loaded = true;
    const json& settings = (*body)["default_generation_settings"];
    found.window = token_count(settings, "n_ctx");
    found.slots = token_count(*body, "total_slots");
    found.cannot_see = member(member(*body, "modalities"), "vision") == false;
    return check_window(found);
  }

  /// Of each slot; old servers list them only here.
  std::optional<Error> learn_slots(const HttpReply& reply, Server& found) const {
    const Result<json> list = parse_strictly(reply.body);
    if (reply.status != 200 || !list || !list->is_array() || list->empty()) return std::nullopt;
    if (!found.slots) found.slots = static_cast<std::int64_t>(list->size());
    if (!found.window) found.window = token_count(list->front(), "n_ctx");
    return check_window(found);
  }

  /// What counts is whether the server answers questions: its list may be missing, empty, or have the model
  /// under another name. Only who names no model needs the list.
  std::optional<Error> learn_models(const HttpReply& reply, Server& found) const {
    if (is_openai_) found.product = openai_itself;
    found.never_shortens = found.never_shortens || is_openai_;
    found.model = target_.model;
    const Result<json> body = reply_object(reply);
    const json& list = body ? member(*body, "data") : member(json(), "");
    if (reply.status == 401 || reply.status == 503) return error_reply(reply).answer.error();
    if (reply.status == 200 && list.is_array()) return choose_model(list, found);
    if (!target_.model.empty()) return std::nullopt;
    if (reply.status == 429 || reply.status >= 500) return error_reply(reply).answer.error();
    return Error{ErrorClass::unavailable,
                 "the server does not say which models it has; name one with 'model'"};
  }

  std::optional<Error> choose_model(const json& list, Server& found) const {
    for (const json& model : list) {
      add_name(text_member(model, "id"), found.models);
      if (text_member(model, "owned_by") == "vllm") found.product = vllm;
      if (found.product.empty() && text_member(model, "owned_by") == "library") found.product = "Ollama";
    }
    if (found.product == vllm) found.never_shortens = found.model_is_loaded = true;
    if (target_.model.empty() && list.size() != 1) {
      return Error{ErrorClass::unavailable,
                   list.empty() ? "the server has no model"
                                : "the server has several models; name one with 'model': " + found.models};
    }
    for (const json& model : list) {
      if (!is_ours(text_member(model, "id"), found)) continue;
      if (found.model.empty()) found.model = text_member(model, "id");
      if (!found.window) found.window = window_in(model);
      return check_window(found);
    }
    found.is_unlisted = !found.models.empty();
    return std::nullopt;
  }

  bool is_ours(const std::string& id, const Server& found) const {
    return target_.model.empty() || id == target_.model || id.ends_with("/" + target_.model) ||
           id == target_.model + ":latest" || (found.product == llama_server && !found.is_router);
  }

  /// In the words of vLLM, OpenRouter, Groq, Mistral and others; not that of the model's training.
  static std::optional<std::int64_t> window_in(const json& model) {
    for (const char* name : {"max_model_len", "loaded_context_length", "context_length", "context_window",
                             "n_ctx", "max_input_tokens"})
      for (const json* holder : {&model, &member(model, "meta")})
        if (const auto window = token_count(*holder, name); window && *window > 0) return window;
    return std::nullopt;
  }

  std::optional<Error> check_window(const Server& found) const {
    if (!found.window || !target_.context || *target_.context <= *found.window) return std::nullopt;
    return Error{ErrorClass::unavailable,
                 "the server's context window is " + std::to_string(*found.window) +
                     " tokens, but the pipeline sets " + std::to_string(*target_.context) +
                     "; lower 'context', or start the server with a larger window per slot"};
  }

  /// Templates of some models know no system message.
  static json messages(const Prompt& prompt, const Server& server) {
    std::string text = user_text(prompt);
    if (times_refused(server, "response_format") > 0) text += schema_text(prompt);
    if (prompt.system.empty()) return {{{"role", "user"}, {"content", content(prompt, text)}}};
    if (times_refused(server, "system_role") > 0)
      return {{{"role", "user"}, {"content", content(prompt, prompt.system + "\n\n" + text)}}};
    return {{{"role", "system"}, {"content", prompt.system}},
            {{"role", "user"}, {"content", content(prompt, text)}}};
  }

  /// A text alone, as every server takes it, where there is nothing to look at.
  static json content(const Prompt& prompt, const std::string& text) {
    const std::vector<const Image*> images = images_of(prompt);
    if (images.empty()) return text;
    json parts = json::array();
    for (const Image* image : images)
      parts.push_back(
          {{"type", "image_url"},
           {"image_url", {{"url", "data:" + image->media_type + ";base64," + base64(image->bytes)}}}});
    parts.push_back({{"type", "text"}, {"text", text}});
    return parts;
  }

  /// Under the one name or the other; OpenAI's own models take only the new one.
  void add_limit(const Request& request, const Server& server, json& body) const {
    const std::optional<std::int64_t> limit = most_output(request, server);
    if (!limit) return;
    const bool is_new = server.product == openai_itself;
    const char* const names[names_of_limit] = {is_new ? "max_completion_tokens" : "max_tokens",
                                               is_new ? "max_tokens" : "max_completion_tokens"};
    body[names[times_refused(server, "max_tokens")]] = *limit;
  }

  void add_schema(const Prompt& prompt, const Server& server, json& body) const {
    const int refused = times_refused(server, "response_format");
    if (refused > 1) return;
    const bool is_grammar = server.product == llama_server;
    json schema = narrowed(prompt.schema->document(),
                           is_grammar ? Enforcement::llama_grammar : Enforcement::openai_strict);
    if (schema.is_null() || refused == 1) {
      body["response_format"] = {{"type", "json_object"}};
      return;
    }
    body["response_format"] = {
        {"type", "json_schema"},
        {"json_schema", {{"name", "answer"}, {"strict", true}, {"schema", std::move(schema)}}}};
  }

  /// Models that think do so by default, and each kind of server has its own way to say no.
  void add_thinking(const Prompt& prompt, const Server& server, json& body) const {
    if (server.product == llama_server || server.product == vllm) {
      if (!server.refused.contains("chat_template_kwargs"))
        body["chat_template_kwargs"] = {{"enable_thinking", thinks(prompt, target_)}};
      return;
    }
    if (server.product != openai_itself || thinks(prompt, target_)) return;
    static constexpr const char* least_effort[] = {"none", "minimal", "low"};
    const auto tried = static_cast<std::size_t>(times_refused(server, "reasoning_effort"));
    if (tried < std::size(least_effort)) body["reasoning_effort"] = least_effort[tried];
  }

  /// LM Studio, which does not say what it is, loads a model when it is first asked and keeps it for an hour.
  void add_keep_alive(const Server& server, json& body) const {
    if (target_.location == Location::cloud || !server.product.empty() || times_refused(server, "ttl") > 0)
      return;
    const double seconds = keep_alive_seconds(target_.keep_alive).value_or(0);
    if (seconds >= 1) body["ttl"] = static_cast<std::int64_t>(seconds);
  }

  const Target target_;
  std::string root_;  ///< Where llama-server has its own endpoints.
  std::string base_;  ///< Before `/chat/completions`.
  bool may_be_llama_server_ = false;
  std::string port_ = "8080";
  bool is_openai_ = false;
};

}  // namespace

BackendType openai() {
  return model_type({.name = "openai",
                     .summary = "OpenAI's protocol: llama-server, vLLM, LM Studio, OpenAI and others",
                     .fields = openai_fields,
                     .protocol = [](Target target) -> std::unique_ptr<Protocol> {
                       return make_or_ollama(std::make_unique<OpenAi>(target), target);
                     },
                     .also_called = "gpt chatgpt llama.cpp llamacpp llama-server vllm lmstudio lm-studio "
                                    "mistral groq openrouter gemini azure deepseek"});
}

}  // namespace docket::backends
