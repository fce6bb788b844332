// Ollama's own protocol: POST /api/chat. Facts: the project's protocol notes and github.com/ollama/ollama,
// api/types.go.
#include "backends/protocols/ollama.h"

#include <algorithm>

#include "backends/protocols/error_reply.h"
#include "backends/protocols/keep_alive.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_answer.h"
#include "backends/protocols/model_fields.h"
#include "backends/protocols/model_type.h"
#include "backends/protocols/narrow_schema.h"
#include "backends/protocols/protocol.h"
#include "backends/protocols/refused_setting.h"
#include "backends/protocols/reported_usage.h"
#include "pipeline/config/scalars.h"
#include "pipeline/json/member.h"
#include "pipeline/json/schema.h"
#include "pipeline/support/base64.h"

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
    {.name = fields::max_concurrent.name,
     .type = fields::max_concurrent.type,
     .help = "concurrency limit per address; Ollama works on one call at a time unless OLLAMA_NUM_PARALLEL "
             "says otherwise; `auto` finds out",
     .fallback = "1",
     .word = fields::max_concurrent.word,
     .minimum = fields::max_concurrent.minimum,
     .maximum = fields::max_concurrent.maximum,
     .affects_answer = false},
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

/// What is allocated without a word from us depends on the machine, so a window is always sent.
constexpr std::int64_t default_window = 8192;
/// Models stay loaded between the documents of a run.
constexpr std::string_view default_keep_alive = "30m";
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
  enum Step { version, show, load, running };

 public:
  explicit Ollama(Target target) : target_(std::move(target)) {}

  std::string start_hint() const override {
    return "is Ollama running, and is the port right? start it with `ollama serve`";
  }

  /// Whether the model is there says the endpoint that answers questions; lists may be hidden or wrong.
  Result<Probe> probe(int step, const HttpReply* reply, Server& found) const override {
    if (reply != nullptr && step - 1 == load && is_no_model(*reply)) {
      found.model.clear();
      return Probe{ask_models(), {}};
    }
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
                                        {"keep_alive", while_loading()},
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
    for (const Image* image : images_of(prompt))
      messages.back()["images"].push_back(base64(image->bytes));
    json body = {{"model", target_.model},
                 {"messages", std::move(messages)},
                 {"stream", false},
                 {"options", {{"num_ctx", window()}}}};
    if (prompt.schema && takes("format"))
      body["format"] = narrowed(prompt.schema->document(), Enforcement::llama_grammar);
    for (const char* setting : {"truncate", "shift"})
      if (takes(setting)) body[setting] = false;
    if (takes("keep_alive")) body["keep_alive"] = keep_alive_member(kept());
    if (takes("temperature")) body["options"]["temperature"] = 0;
    if (const auto most = most_output(request, server)) body["options"]["num_predict"] = *most;
    const bool thinking = thinks(prompt, target_);
    if (takes("think") && (thinking || !server.cannot_think)) body["think"] = thinking;
    if (!thinking && takes("logprobs") && !prompt.takes_all_words) {
      body["logprobs"] = true;
      body["top_logprobs"] = alternatives_asked;
    }
    return post("/api/chat", body);
  }

  std::optional<std::int64_t> most_output(const Request& request, const Server& server) const override {
    if (times_refused(server, "num_predict") > 0) return std::nullopt;
    return room_for_answer(std::get<Prompt>(request.question), target_);
  }

  Reply read(const HttpReply& reply, const Request& request, const Server& server) const override {
    if (reply.status != 200) return error_reply(reply);
    Result<json> parsed = reply_object(reply);
    if (!parsed) return garbled_reply(parsed.error());
    const json& body = *parsed;
    const bool is_error = !member(body, "error").is_null();
    Reply result = is_error ? error_reply(reply) : Reply{};
    const auto& prompt = std::get<Prompt>(request.question);
    note_usage(body, target_.backend, target_.model, result);
    const Usage usage = result.spent.total();
    if (is_error) return result;
    const std::string content = text_member(member(body, "message"), "content");
    if (member(body, "done") != true) {  // After 30 equal tokens.
      repeats_itself(content, result);
    } else if (!text_member(body, "remote_host").empty() && target_.location == Location::local) {
      result.answer = left_the_machine();
    } else if (was_cut(prompt, usage, server)) {
      result.answer = Error{ErrorClass::too_long, "the server silently shortened the document: it counted " +
                                                      std::to_string(usage.input_tokens) + " tokens of it"};
      result.excess = Excess{static_cast<std::int64_t>(prompt_bytes(prompt)) / 3, window()};
    } else if (const json& reason = member(body, "done_reason"); reason == "length") {
      const bool window_full = usage.input_tokens + usage.output_tokens >= server.window.value_or(window());
      cut_off(window_full, content, result);
      if (window_full && !result.repeats)
        result.excess = Excess{usage.input_tokens, window() - prompt.most_output_tokens};
    } else if (reason != "stop") {
      result.answer = ended_otherwise("done_reason", reason);
    } else {
      result.answer = model_answer(content, prompt, tokens_of(member(body, "logprobs")));
    }
    return result;
  }

  std::vector<std::string> refused_settings(const HttpReply& reply, const Server&) const override {
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

  std::optional<HttpRequest> let_go(const Server&) const override {
    return post("/api/chat", {{"model", target_.model}, {"stream", false}, {"keep_alive", 0}});
  }

 private:
  std::int64_t window() const { return target_.context.value_or(default_window); }
  std::string kept() const {
    return target_.keep_alive.empty() ? std::string(default_keep_alive) : target_.keep_alive;
  }
  /// To load a model for no time is to unload it.
  json while_loading() const {
    const json wanted = keep_alive_member(kept());
    return keep_alive_seconds(kept()) == 0.0 ? json(default_keep_alive) : wanted;
  }
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
    const bool is_needed = reply.status == 401 || reply.status == 503 || step == load;
    const bool takes_no_empty_chat = step == load && (reply.status == 400 || reply.status == 422);
    const bool is_another = step == load && reply.status == 404 && found.product == "Ollama";
    if (is_another)  // Nor has it told its version.
      return Error{ErrorClass::unavailable,
                   error_reply(reply).answer.error().message +
                       "; is this an Ollama server? Others, such as llama-server, have "
                       "`type: openai`"};
    if (reply.status != 200 && is_needed && !takes_no_empty_chat) return error_reply(reply).answer.error();
    const Result<json> parsed = reply_object(reply);
    if (!parsed && step == load && reply.status == 200)
      return Error{ErrorClass::unavailable, parsed.error().message + "; is this an Ollama server?"};
    const json body = reply.status == 200 && parsed ? *parsed : json::object();
    if (step == version) {
      const std::string number = text_member(body, "version");
      found.model = target_.model;
      found.product = number.empty() ? "Ollama" : "Ollama " + number;
      found.never_shortens = never_shortens(number);
    }
    if (step == running && found.model.empty()) return no_model(body);
    if (step == show) {
      found.leaves = !text_member(body, "remote_host").empty();
      if (found.leaves && target_.location == Location::local) return left_the_machine();
      const json& capabilities = member(body, "capabilities");
      const auto lacks = [&](const char* capability) {
        return capabilities.is_array() &&
               std::ranges::find(capabilities, json(capability)) == capabilities.end();
      };
      found.cannot_think = lacks("thinking");  // Old servers know no `think`; it needs none then.
      found.cannot_see = lacks("vision");
    }
    if (step == running) return learn_window(body, found);
    return std::nullopt;
  }

  static bool is_no_model(const HttpReply& reply) {
    return reply.status >= 400 && reply.status < 500 && says_no_model(server_error(reply.body));
  }

  Error no_model(const json& body) const {
    std::string names;
    for (const json& model : member(body, "models"))
      add_name(text_member(model, "name"), names);
    return {ErrorClass::unavailable,
            "Ollama has no model '" + target_.model + "'" + model_meant(target_.model, names) +
                (names.empty() ? "" : "; it has: " + names) + "; run `ollama pull " + target_.model + "`"};
  }

  std::optional<Error> learn_window(const json& body, Server& found) const {
    for (const json& model : member(body, "models")) {
      found.holds.push_back(text_member(model, "name"));
      if (!is_ours(model)) continue;
      found.model_is_loaded = true;
      const auto size = token_count(model, "size"), on_gpu = token_count(model, "size_vram");
      found.is_full = size && on_gpu && *on_gpu > 0 && *on_gpu < *size;
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

class OrOllama final : public Protocol {
 public:
  OrOllama(std::unique_ptr<Protocol> inner, Target target)
      : inner_(std::move(inner)), target_(std::move(target)) {
    std::string& root = target_.url;
    if (root.ends_with("/v1")) root.resize(root.size() - 3);
  }

  std::string start_hint() const override { return inner_->start_hint(); }

  Result<Probe> probe(int step, const HttpReply* reply, Server& found) const override {
    if (found.ollama_since == 0) {
      Result<Probe> next = inner_->probe(step, reply, found);
      if (!next || next->ask || next->wait || !may_be_ollama(found)) return next;
      found.ollama_since = step + 1;
      return Probe{json_get(target_, target_.url + "/", bearer(target_)), {}};
    }
    const int own = step - found.ollama_since;
    if (own == 0 && says_ollama(*reply)) found.product = "Ollama";
    if (own == 0 && found.product != "Ollama") return Probe{};
    if (own == 1 && !tells_version(*reply)) return Probe{};  // Only the other protocol is let through.
    if (own == 1)
      found = Server{.model = found.model, .speaks_ollama = true, .ollama_since = found.ollama_since};
    return ollama(found).probe(own, own == 0 ? nullptr : reply, found);
  }

  std::optional<HttpRequest> ask_models() const override { return inner_->ask_models(); }
  std::string model_in(const HttpReply& reply) const override { return inner_->model_in(reply); }
  std::optional<HttpRequest> ask_count(const std::string& text, const Server& server) const override {
    return server.speaks_ollama ? std::nullopt : inner_->ask_count(text, server);
  }
  std::optional<std::int64_t> count_in(const HttpReply& reply) const override {
    return inner_->count_in(reply);
  }

  HttpRequest ask(const Request& request, const Server& server) const override {
    return server.speaks_ollama ? ollama(server).ask(request, server) : inner_->ask(request, server);
  }
  std::optional<std::int64_t> most_output(const Request& request, const Server& server) const override {
    return server.speaks_ollama ? ollama(server).most_output(request, server)
                                : inner_->most_output(request, server);
  }
  Reply read(const HttpReply& reply, const Request& request, const Server& server) const override {
    return server.speaks_ollama ? ollama(server).read(reply, request, server)
                                : inner_->read(reply, request, server);
  }
  std::vector<std::string> refused_settings(const HttpReply& reply, const Server& server) const override {
    return server.speaks_ollama ? ollama(server).refused_settings(reply, server)
                                : inner_->refused_settings(reply, server);
  }
  std::optional<HttpRequest> let_go(const Server& server) const override {
    return server.speaks_ollama ? ollama(server).let_go(server) : inner_->let_go(server);
  }
  void leave_out(int left_out, Server& server) const override {
    server.speaks_ollama ? ollama(server).leave_out(left_out, server) : inner_->leave_out(left_out, server);
  }

 private:
  bool may_be_ollama(const Server& found) const {
    return found.product == "Ollama" || (target_.location == Location::local && !found.never_shortens);
  }

  /// In reply to `GET /`. Others imitate Ollama's protocol, so that a version alone proves nothing.
  static bool says_ollama(const HttpReply& reply) {
    return reply.status == 200 && reply.body.find("Ollama is running") != std::string::npos;
  }
  static bool tells_version(const HttpReply& reply) {
    const Result<json> body = reply_object(reply);
    return reply.status == 200 && body && !text_member(*body, "version").empty();
  }

  Ollama ollama(const Server& server) const {
    Target target = target_;
    if (target.model.empty()) target.model = server.model;
    return Ollama(std::move(target));
  }

  const std::unique_ptr<Protocol> inner_;
  Target target_;
};

/// What Ollama hands on leaves this machine, whatever the pipeline says.
Location ollama_location(const Settings& settings) {
  return is_handed_on(settings.text("model")) ? Location::cloud : model_location(settings);
}

/// `/v1` is where Ollama speaks another protocol, and `/api` what docket itself appends.
std::optional<SettingProblem> ollama_problem(const Settings& settings) {
  constexpr std::string_view ends[] = {"/v1", "/api"};
  for (const std::string& url : settings.texts("url"))
    if (const auto address = parse_address(url))
      if (auto problem = endpoint_problem(*address, ends)) return problem;
  return model_problem(settings);
}

}  // namespace

std::unique_ptr<Protocol> make_ollama(Target target) { return std::make_unique<Ollama>(std::move(target)); }

std::unique_ptr<Protocol> make_or_ollama(std::unique_ptr<Protocol> inner, Target target) {
  return std::make_unique<OrOllama>(std::move(inner), std::move(target));
}

BackendType ollama() {
  return model_type({.name = "ollama",
                     .summary = "Ollama's own protocol",
                     .fields = ollama_fields,
                     .protocol = make_ollama,
                     .location = ollama_location,
                     .problem = ollama_problem,
                     .also_called = "local"});
}

}  // namespace docket::backends
