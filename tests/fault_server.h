#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/raw_server.h"

namespace httplib {
class Server;
}

namespace docket {

enum class Dialect { ollama, openai, anthropic };
std::string name(Dialect dialect);

/// The body of a good reply, to be spoiled: `content` is what the model wrote. 100 tokens in, 10 out.
nlohmann::json answer_in(Dialect dialect, const std::string& content);
/// The body of a reply that is an error.
std::string error_in(Dialect dialect, const std::string& type, const std::string& message = "no");

/// What a FaultServer does with one question.
struct Fault {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string type = "application/json";
  bool endless = false;                    ///< The body never ends.
  std::function<void(RawPeer&)> raw = {};  ///< In place of all that: what no proper server does.
};

/// A model server that says who it is as a good one does, and then treats each question as the script says;
/// the last Fault again and again.
class FaultServer {
 public:
  FaultServer(Dialect dialect, std::vector<Fault> script);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  /// Replies to requests that are no questions; first the path (`/api/ps`), then the reply. Before the first
  /// request.
  void discover(std::string path, Fault reply) { discovery_.emplace_back(std::move(path), std::move(reply)); }
  /// As a pipeline names it.
  std::string url() const;
  /// The bodies of those that came so far.
  std::vector<nlohmann::json> questions() const;

 private:
  Fault reply_to(const std::string& path, const std::string& body);
  void listen();
  void serve(RawPeer& peer);

  const Dialect dialect_;
  const std::vector<Fault> script_;
  std::vector<std::pair<std::string, Fault>> discovery_;
  mutable std::mutex mutex_;
  std::vector<nlohmann::json> questions_;  // Guarded by mutex_.
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::jthread listening_;
  std::unique_ptr<RawServer> raw_;  // In its place if the script needs one.
};

}  // namespace docket
