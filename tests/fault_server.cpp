#include "tests/fault_server.h"

#include <httplib.h>

#include <algorithm>
#include <stdexcept>

namespace docket {
namespace {

using nlohmann::json;

bool is_question(const std::string& path, const json& body) {
  return body.contains("messages") &&
         (path == "/api/chat" || path == "/v1/chat/completions" || path == "/v1/messages");
}

json discovery(Dialect dialect, const std::string& path) {
  if (dialect == Dialect::ollama) {
    if (path == "/api/version") return {{"version", "0.33.0"}};
    if (path == "/api/show") return {{"capabilities", {"completion"}}};
    if (path == "/api/chat") return {{"done", true}, {"done_reason", "load"}};
    if (path == "/api/ps")
      return {{"models", {{{"name", "m:latest"}, {"digest", "d"}, {"context_length", 8192}}}}};
  }
  if (dialect == Dialect::openai && path == "/v1/models")
    return {{"object", "list"}, {"data", {{{"id", "m"}, {"object", "model"}}}}};
  if (dialect == Dialect::anthropic && path == "/v1/models/m")
    return {{"id", "m"}, {"max_input_tokens", 200'000}, {"max_tokens", 8192}};
  return {};
}

}  // namespace

std::string name(Dialect dialect) {
  switch (dialect) {
    case Dialect::ollama:
      return "ollama";
    case Dialect::openai:
      return "openai";
    case Dialect::anthropic:
      break;
  }
  return "anthropic";
}

json answer_in(Dialect dialect, const std::string& content) {
  switch (dialect) {
    case Dialect::ollama:
      return {{"model", "m"},
              {"message", {{"role", "assistant"}, {"content", content}}},
              {"done", true},
              {"done_reason", "stop"},
              {"prompt_eval_count", 100},
              {"eval_count", 10}};
    case Dialect::openai:
      return {{"model", "m"},
              {"choices",
               {{{"index", 0},
                 {"message", {{"role", "assistant"}, {"content", content}}},
                 {"finish_reason", "stop"}}}},
              {"usage", {{"prompt_tokens", 100}, {"completion_tokens", 10}, {"total_tokens", 110}}}};
    case Dialect::anthropic:
      break;
  }
  return {{"type", "message"},
          {"model", "m"},
          {"content", {{{"type", "text"}, {"text", content}}}},
          {"stop_reason", "end_turn"},
          {"usage", {{"input_tokens", 100}, {"output_tokens", 10}}}};
}

std::string error_in(Dialect dialect, const std::string& type, const std::string& message) {
  json error = {{"message", message}, {"type", type}};
  switch (dialect) {
    case Dialect::ollama:
      return json{{"error", message}}.dump();
    case Dialect::openai:
      error["code"] = type;
      return json{{"error", error}}.dump();
    case Dialect::anthropic:
      break;
  }
  return json{{"type", "error"}, {"error", error}, {"request_id", "r"}}.dump();
}

FaultServer::FaultServer(Dialect dialect, std::vector<Fault> script)
    : dialect_(dialect), script_(std::move(script)) {
  if (std::ranges::any_of(script_, [](const Fault& fault) { return bool(fault.raw); })) {
    raw_ = std::make_unique<RawServer>([this](RawPeer& peer) { serve(peer); });
  } else {
    listen();
  }
}

FaultServer::~FaultServer() {
  if (server_) server_->stop();
}

std::string FaultServer::url() const {
  return "http://127.0.0.1:" + std::to_string(raw_ ? raw_->port() : port_);
}

std::vector<json> FaultServer::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

void FaultServer::listen() {
  server_ = std::make_unique<httplib::Server>();
  server_->set_tcp_nodelay(true);  // Else each body waits 40 ms behind its head.
  const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
    const Fault fault = reply_to(request.path, request.body);
    response.status = fault.status;
    for (const auto& [name, value] : fault.headers)
      response.set_header(name, value);
    if (fault.endless) {
      response.set_chunked_content_provider(fault.type, [](std::size_t, httplib::DataSink& sink) {
        static const std::string blanks(1 << 20, ' ');
        return sink.write(blanks.data(), blanks.size());
      });
    } else {
      response.set_content(fault.body, fault.type);
    }
  };
  server_->Get(".*", handle);
  server_->Post(".*", handle);
  port_ = server_->bind_to_any_port("127.0.0.1");
  if (port_ <= 0) throw std::runtime_error("no port for a test server");
  listening_ = std::jthread([this] { server_->listen_after_bind(); });
  while (!server_->is_running())
    std::this_thread::yield();
}

void FaultServer::serve(RawPeer& peer) {
  for (;;) {
    const std::string request = peer.read_request();
    if (request.empty()) return;
    const std::size_t path = request.find(' ') + 1;
    const Fault fault = reply_to(request.substr(path, request.find(' ', path) - path),
                                 request.substr(request.find("\r\n\r\n") + 4));
    if (fault.raw) return fault.raw(peer);
    peer.reply(fault.body, "HTTP/1.1 " + std::to_string(fault.status) + " x\r\n");
  }
}

Fault FaultServer::reply_to(const std::string& path, const std::string& body) {
  const json value = json::parse(body, nullptr, false);
  if (is_question(path, value)) {
    const std::lock_guard lock(mutex_);
    questions_.push_back(value);
    return script_[std::min(questions_.size(), script_.size()) - 1];
  }
  for (const auto& [at, reply] : discovery_)
    if (at == path) return reply;
  const json known = discovery(dialect_, path);
  if (known.is_null()) return {.status = 404, .body = error_in(dialect_, "not_found_error")};
  return {.body = known.dump()};
}

}  // namespace docket
