#pragma once
#include <string>
#include <string_view>

#include "backends/http/http.h"

namespace docket::backends {

/// Where secrets are looked for: one of a few letters may be a word of the text itself, such as the `ollama`
/// that some servers want for a key.
enum class SecretIn {
  answer,   ///< What a stage will read: from 8 bytes on.
  message,  ///< What people will read, in traces and errors: from 4 bytes on.
};

/// Puts `(key removed)` wherever the text has the secret, however it is spelt: as it is, with escapes of JSON
/// and of programming languages, percent-encoded, with HTML's entities, all of these mixed and up to four
/// times over, in Base64 or in hexadecimal. Takes time in proportion to the text. True if it was there.
bool erase_secret(std::string& text, std::string_view secret, SecretIn where);

/// The reply, or its error, without the secret: servers say what they were sent, in errors for example.
Result<HttpReply> without_secret(Result<HttpReply> reply, std::string_view secret, SecretIn where);

}  // namespace docket::backends
