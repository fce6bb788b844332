#include "backends/http/trace.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "pipeline/support/descriptor.h"

namespace docket::backends {

namespace fs = std::filesystem;

Result<std::unique_ptr<Trace>> Trace::open(const fs::path& folder, std::shared_ptr<const Secrets> secrets) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code || access(folder.c_str(), W_OK | X_OK) != 0) {
    return Error{ErrorClass::config, "--trace " + folder.string() + ": cannot write there" +
                                         (code ? ": " + code.message() : std::string())};
  }
  return std::unique_ptr<Trace>(new Trace(folder, std::move(secrets)));
}

std::int64_t Trace::request(const std::string& backend, const HttpRequest& request) {
  const std::int64_t number = ++calls_;
  std::string content = request.method + " " + request.url + "\n";
  for (const std::string& header : request.headers) {
    // Any header may be one that holds a key, so only those that surely do not are shown.
    const std::string name = header.substr(0, header.find(':'));
    const bool is_plain = name == "Content-Type" || name == "anthropic-version";
    content += (is_plain ? header : name + ": (not shown)") + "\n";
  }
  write(number, backend, "request", content + "\n" + request.body + "\n");
  return number;
}

void Trace::reply(std::int64_t number, const std::string& backend, const Result<HttpReply>& reply) {
  if (!reply) return write(number, backend, "reply", reply.error().message + "\n");
  std::string content = std::to_string(reply->status) + "\n";
  for (const auto& [name, value] : reply->headers)
    content += name + ": " + value + "\n";
  write(number, backend, "reply", content + "\n" + reply->body + "\n");
}

void Trace::write(std::int64_t number, const std::string& backend, const char* what, std::string content) {
  secrets_->erase(content, SecretIn::message);
  std::string safe_name;
  for (const char c : backend)
    safe_name += c == '/' || c == '.' ? '_' : c;
  char digits[24];
  std::snprintf(digits, sizeof digits, "%06lld", static_cast<long long>(number));
  const fs::path file = folder_ / (std::string(digits) + "-" + safe_name + "-" + what + ".txt");
  const Descriptor descriptor = open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (descriptor) write_all(descriptor.get(), content);
}

}  // namespace docket::backends
