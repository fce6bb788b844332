#include "backends/protocols/error_reply.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "pipeline/config/scalars.h"
#include "pipeline/json/strict_json.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t longest_message = 300;

std::string text_of(const json& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return "";
  return found->is_string() ? found->get<std::string>()
                            : found->dump(-1, ' ', false, json::error_handler_t::replace);
}

std::int64_t count_of(const json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

bool has(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

/// Money or a quota is used up: coming back later in this run is of no use.
bool says_used_up(const ServerError& error) {
  static constexpr std::string_view signs[] = {"insufficient_quota", "credit_balance", "spend_limit",
                                               "usage_limit_exceeded"};
  // Messages speak of billing for other reasons too, such as where the limits are shown.
  return has(error.code, "billing") || has(error.type, "billing") ||
         std::ranges::any_of(signs, [&](std::string_view sign) {
           return has(error.code, sign) || has(error.type, sign) || has(error.message, sign);
         });
}

std::string header(const HttpReply& reply, std::string_view name) {
  const auto found = reply.headers.find(name);
  return found == reply.headers.end() ? "" : found->second;
}

std::optional<milliseconds> seconds(const std::string& text) {
  const auto number = parse_number(text);
  if (!number || *number < 0) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(std::min(*number, 1e9) * 1000));
}

/// `Wed, 21 Oct 2026 07:28:00 GMT`, or RFC 3339 as in `2026-10-21T07:28:00Z`.
std::optional<std::int64_t> unix_time(const std::string& text) {
  for (const char* format : {"%a, %d %b %Y %H:%M:%S GMT", "%Y-%m-%dT%H:%M:%SZ"}) {
    std::tm parts{};
    const char* end = strptime(text.c_str(), format, &parts);
    if (end != nullptr && *end == '\0') return timegm(&parts);
  }
  return std::nullopt;
}

/// The reset of a counter of which nothing remains; the latest of them.
std::optional<milliseconds> counter_reset(const HttpReply& reply, std::int64_t now) {
  std::optional<milliseconds> latest;
  for (const auto& [name, remaining] : reply.headers) {
    const std::size_t at = name.find("remaining");
    if (at == std::string::npos || name.find("ratelimit") == std::string::npos || remaining != "0") continue;
    std::string reset = name;
    reset.replace(at, 9, "reset");
    const std::string value = header(reply, reset);
    std::optional<milliseconds> wait = parse_duration(value);  // As Go writes them: `6m0s`.
    if (const auto time = unix_time(value))
      wait = milliseconds(std::max<std::int64_t>(0, *time - now) * 1000);
    if (wait && (!latest || *wait > *latest)) latest = wait;
  }
  return latest;
}

std::string said(const HttpReply& reply, const ServerError& error) {
  std::string text = "the server answered " + std::to_string(reply.status);
  if (!error.message.empty()) text += ": " + error.message;
  return text;
}

Reply failed(ErrorClass error_class, std::string message) { return {Error{error_class, std::move(message)}}; }

}  // namespace

ServerError server_error(const std::string& body) {
  const Result<json> value = parse_strictly(body);
  ServerError result;
  if (!value || !value->is_object() || !value->contains("error")) {
    result.message = excerpt(body, longest_message);
    return result;
  }
  json error = (*value)["error"];
  if (error.is_string()) {  // Ollama hands its runner's JSON on as a text.
    Result<json> inner = parse_strictly(error.get<std::string>());
    if (inner && inner->is_object() && inner->contains("error")) *inner = json((*inner)["error"]);
    if (inner && inner->is_object()) error = std::move(*inner);
  }
  if (!error.is_object()) {
    result.message = excerpt(error.is_string() ? error.get<std::string>()
                                               : error.dump(-1, ' ', false, json::error_handler_t::replace),
                             longest_message);
    return result;
  }
  result.message = excerpt(text_of(error, "message"), longest_message);
  result.type = text_of(error, "type");
  result.code = text_of(error, "code");
  result.param = text_of(error, "param");
  if (count_of(error, "n_ctx") > 0)
    result.excess = {count_of(error, "n_prompt_tokens"), count_of(error, "n_ctx")};
  return result;
}

bool says_too_long(const ServerError& error) {
  static constexpr std::string_view signs[] = {
      "exceed_context_size", "context_length_exceeded", "context length",
      "context size",        "context window",          "prompt is too long",
      "prompt is longer",    "request_too_large",       "maximum context"};
  return error.excess || std::ranges::any_of(signs, [&](std::string_view sign) {
           return has(error.type, sign) || has(error.code, sign) || has(error.message, sign);
         });
}

std::optional<milliseconds> retry_hint(const HttpReply& reply, std::int64_t now) {
  if (const auto given = parse_number(header(reply, "retry-after-ms")); given && *given >= 0)
    return milliseconds(static_cast<std::int64_t>(std::min(*given, 1e12)));
  const std::string after = header(reply, "retry-after");
  if (const auto wait = seconds(after)) return wait;
  if (const auto time = unix_time(after)) return milliseconds(std::max<std::int64_t>(0, *time - now) * 1000);
  return counter_reset(reply, now);
}

Reply error_reply(const HttpReply& reply) {
  const int status = reply.status;
  const ServerError error = server_error(reply.body);
  if (status >= 300 && status < 400) {
    return failed(ErrorClass::unavailable,
                  "the server redirects to '" + excerpt(header(reply, "location"), longest_message) +
                      "', which docket does not follow: put the right address in 'url'");
  }
  if (status == 500 && has(error.message, "does not match the expected")) {
    // llama-server: the bytes that the model wrote are no text. The same request would give them again.
    return failed(ErrorClass::content, said(reply, error));
  }
  if (status == 500 && has(error.message, "context size has been exceeded")) {
    // llama-server with a window that its slots share: too much for now, not too much alone.
    Reply result = failed(ErrorClass::transient, said(reply, error));
    result.overloaded = true;
    return result;
  }
  if (status == 413 || ((status == 400 || status == 422 || status == 500) && says_too_long(error))) {
    Reply result = failed(ErrorClass::too_long, said(reply, error));
    result.excess = error.excess;
    return result;
  }
  if (status == 401 || status == 403)
    return failed(ErrorClass::unavailable, said(reply, error) + "; check 'api_key' and its permissions");
  const bool no_credit = status == 400 && has(error.message, "credit balance");  // Anthropic
  if (status == 402 || no_credit || (status == 429 && says_used_up(error)))
    return failed(ErrorClass::unavailable, said(reply, error));
  if (status == 404 || status == 405 || status == 501)
    return failed(ErrorClass::unavailable, said(reply, error) + "; check 'url' and 'model'");
  const bool overloaded = status == 429 || status == 503 || status == 529;
  const bool passes = status == 408 || status == 409 || status == 425 || status == 499 || status >= 500;
  if (overloaded || passes) {
    Reply result = failed(ErrorClass::transient, said(reply, error));
    result.overloaded = overloaded;
    result.retry_after = retry_hint(reply, std::time(nullptr));
    return result;
  }
  return failed(ErrorClass::rejected, said(reply, error));
}

}  // namespace docket::backends
