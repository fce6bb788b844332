#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "backends/http/http.h"
#include "backends/http/secret.h"

namespace docket::backends {

/// Writes requests and replies to files of a folder, for a person who looks for what a server was really
/// asked: `000017-cloud-request.txt` and `…-reply.txt`. Keys are not in them; documents and answers are, so
/// the files are for the user's eyes only (mode 0600). Any thread. What cannot be written is left out: the
/// run matters more.
class Trace {
 public:
  /// Makes the folder. The Error is of class `config`. `secrets` are shown nowhere.
  static Result<std::unique_ptr<Trace>> open(const std::filesystem::path& folder,
                                             std::shared_ptr<const Secrets> secrets);

  /// Returns the number of the call, for its reply.
  std::int64_t request(const std::string& backend, const HttpRequest& request);
  void reply(std::int64_t number, const std::string& backend, const Result<HttpReply>& reply);

 private:
  Trace(std::filesystem::path folder, std::shared_ptr<const Secrets> secrets)
      : folder_(std::move(folder)), secrets_(std::move(secrets)) {}
  void write(std::int64_t number, const std::string& backend, const char* what, std::string content);

  const std::filesystem::path folder_;
  const std::shared_ptr<const Secrets> secrets_;
  std::atomic<std::int64_t> calls_ = 0;
};

}  // namespace docket::backends
