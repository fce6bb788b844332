#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/http/http.h"

namespace docket::backends {

/// Where secrets are looked for: one of a few letters may be a word of the text itself, such as the `ollama`
/// that some servers want for a key.
enum class SecretIn {
  answer,   ///< What a stage will read: from 8 bytes on.
  message,  ///< What people will read, in traces and errors: from 4 bytes on.
};

/// The keys of a pipeline, of all its backends: what one server is sent another may say, where they share a
/// gateway or a log. Any thread.
class Secrets {
 public:
  explicit Secrets(std::span<const std::string> secrets);

  /// Puts `(key removed)` wherever the text has a secret, however it is spelt: as it is, with escapes of JSON
  /// and of programming languages, percent-encoded, with HTML's entities, all of these mixed and up to four
  /// times over, in Base64 or in hexadecimal. Takes time in proportion to the text. True if one was there.
  bool erase(std::string& text, SecretIn where) const;

  /// The reply, or its error, without them: servers say what they were sent, in errors for example.
  Result<HttpReply> erased(Result<HttpReply> reply, SecretIn where) const;

 private:
  struct Spelling {
    std::string text;
    std::size_t secret_size;
  };
  std::vector<Spelling> spellings_;
};

}  // namespace docket::backends
