#include "backends/protocols/error_reply.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>

#include "backends/protocols/model_answer.h"
#include "pipeline/config/scalars.h"
#include "pipeline/json/member.h"
#include "pipeline/json/strict_json.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t longest_text_looked_at = 2000;

std::string dumped(const json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// The first of these members that is there and not null.
const json& first_of(const json& object, std::initializer_list<const char*> names) {
  static const json none;
  for (const char* name : names)
    if (const json& found = member(object, name); !found.is_null()) return found;
  return none;
}

std::string text_of(const json& object, std::initializer_list<const char*> names) {
  const json& found = first_of(object, names);
  return found.is_null() ? "" : dumped(found);
}

/// 0: it is none.
int http_status(const json& value) {
  const std::string text = value.is_null() ? "" : dumped(value);
  const auto number = text.size() == 3 ? parse_integer(text) : std::nullopt;
  return number && *number >= 400 && *number < 600 ? static_cast<int>(*number) : 0;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <std::size_t n>
bool has_any(std::string_view text, const std::string_view (&parts)[n]) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return has(text, part); });
}

/// Type and code in lower case: names that a program is to read.
std::string names_in(const ServerError& error) { return to_lower(error.type + " " + error.code); }

/// `text` without what stands between quotation marks and is longer than `longest` bytes: it may be the
/// document's.
std::string without_quotations(std::string text, std::size_t longest) {
  for (std::size_t begin = text.find('"'); begin != std::string::npos; begin = text.find('"', begin + 1)) {
    const std::size_t end = text.find('"', begin + 1);
    if (end == std::string::npos) break;
    if (end - begin > longest) text.erase(begin + 1, end - begin - 1);
    begin = text.find('"', begin + 1);
  }
  return text;
}

/// The words of the message in lower case, without quotations that are longer than a name.
std::string words_in(const ServerError& error) {
  constexpr std::size_t longest_name = 40;
  std::string words = to_lower(error.text);
  std::erase_if(words, [](char c) { return c == '`' || c == '\''; });  // Around names.
  return without_quotations(std::move(words), longest_name);
}

/// Money or a quota is used up: coming back later in this run is of no use.
bool says_used_up(const ServerError& error) {
  static constexpr std::string_view signs[] = {"insufficient_quota", "credit_balance", "spend_limit",
                                               "usage_limit_exceeded"};
  const std::string names = names_in(error);
  // Messages speak of billing for other reasons too, such as where the limits are shown.
  return has(names, "billing") || has_any(names, signs) || has_any(to_lower(error.text), signs);
}

/// True if it speaks of a text, so perhaps of one document; what is no short message may quote one.
bool may_speak_of_a_document(const ServerError& error) {
  constexpr std::size_t longest_message = 250;
  static constexpr std::string_view words[] = {
      " text ",       " texts ",     " content ", " contents ",  " document ",   " documents ", " file ",
      " page ",       " pages ",     " input ",   " inputs ",    " prompt ",     " message ",   " messages ",
      " language ",   " languages ", " card ",    " number ",    " characters ", " policy ",    " policies ",
      " moderation ", " safety ",    " filter ",  " filtered ",  " personal ",   " detected ",  " invoice ",
      " terms ",      " firewall ",  " waf ",     " parameter ", " parameters ", " feature ",   " features ",
      " setting ",    " settings ",  " parties ", " contract ",  " letter ",     " person "};
  const std::string said = words_apart(error.text);
  return error.text.size() > longest_message || has(error.text, "<") || has_any(said, words) ||
         has_any(words_apart(names_in(error)), words);
}

/// A thing of which an account has one, and a state that ends its use.
bool names_account(std::string_view words) {
  static constexpr std::string_view things[] = {
      "account",   "organi",  "workspace", "subscription", "tenant", "api key", "api_key",
      "apikey",    "quota",   "credit",    "balance",      "budget", "usage",   " spend",
      "billing",   "payment", "license",   "licence",      "trial",  "project", "allowance",
      "free tier", "funds",   "token has", "access token"};
  static constexpr std::string_view states[] = {
      "disabled",   "suspend",    "deactivat",    "blocked",      "banned",    "expired",
      "exhaust",    "reached",    "exceed",       "insufficient", "limit",     "too low",
      "not enough", "used up",    "no remaining", "deplet",       "on hold",   "overdue",
      "unpaid",     "inactive",   "revoked",      "not valid",    "invalid",   "incorrect",
      "locked",     "terminated", "ran out",      "run out",      "no longer", "not active",
      "past due",   "out of ",    "not found",    "top up",       " left",     "not available"};
  return has_any(words, things) && has_any(words, states);
}

/// Type or code say that the account, its key or its money ends all use of the server.
bool is_account_by_type(const ServerError& error) {
  static constexpr std::string_view types[] = {"billing",     "authenticat", "payment_required",
                                               "spend_limit", "usage_limit", "unauthorized"};
  const std::string names = names_in(error);
  return (has_any(names, types) || names_account(names)) && !may_speak_of_a_document(error);
}

/// Words say the same: hardly about a document, but no proof.
bool is_account_by_words(const ServerError& error) {
  return names_account(without_quotations(words_in(error), 0)) && !may_speak_of_a_document(error);
}

/// The model is there, but this machine cannot hold it.
bool says_cannot_load(const ServerError& error) {
  static constexpr std::string_view signs[] = {"more system memory", "failed to load", "unable to load"};
  return has_any(words_in(error), signs) && !may_speak_of_a_document(error);
}

/// In the words of one server or another, and hardly about anything else.
bool speaks_of_window(const ServerError& error) {
  static constexpr std::string_view phrases[] = {
      "exceed_context_size", "context_length",  "context length",      "context size",     "context window",
      "context limit",       "max context",     "maximum context",     "prompt is longer", "prompt length",
      "input length",        "sequence length", "too many tokens",     "input token",      "prompt token",
      "reduce the length",   "physical batch",  "max_new_tokens must", "max_model_len"};
  return has_any(words_in(error), phrases);
}

/// In words, of a server that did not say it with a status.
bool says_server_failed(const ServerError& error) {
  static constexpr std::string_view signs[] = {
      "server",     "internal", "upstream", "overload", "timeout", "timed out", "unavailable",
      "try again",  "temporar", "crash",    "died",     "busy",    "capacity",  "gateway",
      "connection", "runner",   "slot",     "cuda",     "memory",  "retry",     "provider returned"};
  return has_any(names_in(error), signs) || has_any(words_in(error), signs);
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
  std::string text = reply.status == 200 ? "the server answered with an error"
                                         : "the server answered " + std::to_string(reply.status);
  if (!error.message.empty()) text += ": " + error.message;
  return text;
}

Reply failed(ErrorClass error_class, std::string message) { return {Error{error_class, std::move(message)}}; }

Reply unproven(ErrorClass guess, std::string message) {
  Reply reply = failed(guess, std::move(message));
  reply.unproven = true;
  return reply;
}

Reply come_back(const HttpReply& reply, const ServerError& error, int status) {
  Reply result = failed(ErrorClass::transient, said(reply, error));
  result.overloaded = status == 429 || status == 503 || status == 529;
  result.retry_after = retry_hint(reply, std::time(nullptr));
  return result;
}

/// What has a meaning of its own, whatever status it comes with.
std::optional<Reply> known_reply(const HttpReply& reply, const ServerError& error, int status) {
  if (status == 500 && has(error.text, "does not match the expected")) {
    // llama-server: the bytes that the model wrote are no text. The same request would give them again.
    return failed(ErrorClass::content, said(reply, error));
  }
  if (status == 500 && has(to_lower(error.text), "context size has been exceeded")) {
    // llama-server with a window that its slots share: too much for now, not too much alone.
    Reply result = failed(ErrorClass::transient, said(reply, error));
    result.overloaded = true;
    return result;
  }
  if (says_model_failed(error)) return failed(ErrorClass::content, said(reply, error));
  static constexpr std::string_view filters[] = {"content_filter", "content_policy", "moderation"};
  if (has_any(names_in(error), filters)) return failed(ErrorClass::rejected, said(reply, error));
  TooLong too_long = says_too_long(error);
  const bool is_other = status == 401 || status == 402 || status == 429 ||
                        (status >= 500 && too_long == TooLong::by_words && !speaks_of_window(error));
  if (is_other) too_long = TooLong::no;
  if (status == 413 || too_long != TooLong::no) {
    Reply result = failed(ErrorClass::too_long, said(reply, error));
    result.excess = error.excess;
    result.unproven = status != 413 && too_long == TooLong::by_words;
    return result;
  }
  return std::nullopt;
}

/// A gateway's word about one setting or one document may have these statuses too.
Reply closed_door(const HttpReply& reply, const ServerError& error, int status) {
  static constexpr std::string_view settings[] = {"parameter", "setting", "argument", "option", "support"};
  if (status == 403) return unproven(ErrorClass::rejected, said(reply, error));
  const bool may_be_a_setting = has_any(words_in(error), settings) || may_speak_of_a_document(error);
  return unproven(may_be_a_setting && !says_no_model(error) ? ErrorClass::rejected : ErrorClass::unavailable,
                  said(reply, error) + "; check 'url' and 'model'");
}

}  // namespace

bool may_have_worked(const HttpReply& reply) {
  switch (reply.status) {
    case 200:
    case 504:
    case 524:  // Cloudflare's 504.
      return true;
    case 502:
    case 520: {  // Cloudflare's 502. Some servers say 502 of their own, with an error in JSON.
      const Result<json> body = parse_strictly(reply.body);
      return !body || member(*body, "error").is_null();
    }
    default:
      return false;
  }
}

std::string server_excerpt(std::string_view text, std::size_t most) {
  constexpr std::size_t length = 6;  // \u001b
  std::string plain;
  for (std::size_t at = 0; at < text.size() && plain.size() <= 2 * most;) {  // More is not shown.
    unsigned code = 0;
    const std::string_view escape = text.substr(at, length);
    const bool is_escape =
        escape.size() == length && escape.starts_with("\\u00") &&
        std::from_chars(escape.data() + 4, escape.data() + length, code, 16).ptr == escape.data() + length;
    const bool is_control = is_escape && (code < 0x20 || (code >= 0x7F && code < 0xA0));
    if (is_control)
      append_utf8(plain, code);
    else
      plain += text[at];
    at += is_control ? length : 1;
  }
  return excerpt(plain, most);
}

namespace {

std::string words_between_tags(std::string_view page) {
  std::string words;
  bool in_tag = false;
  for (const char c : page) {
    in_tag = in_tag || c == '<';
    const bool is_blank = in_tag || c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!is_blank) words += c;
    if (is_blank && !words.empty() && words.back() != ' ') words += ' ';
    in_tag = in_tag && c != '>';
  }
  return std::string(trim(words));
}

/// What a web page is called, as proxies and gateways send them; else the body as it is.
std::string without_markup(const std::string& body) {
  const std::string start = to_lower(std::string_view(body).substr(0, longest_text_looked_at));
  if (!has(start, "<html") && !has(start, "<!doctype html")) return body;
  constexpr std::string_view open = "<title>", close = "</title>";
  const std::size_t title = start.find(open), end = start.find(close);
  const bool has_title = title != std::string::npos && end != std::string::npos && end > title;
  return "a web page: " + (has_title ? body.substr(title + open.size(), end - title - open.size())
                                     : words_between_tags(body.substr(0, longest_text_looked_at)));
}

}  // namespace

ServerError server_error(const std::string& body) {
  const Result<json> parsed = parse_strictly(body);
  ServerError result;
  if (!parsed || !parsed->is_structured()) {
    result.message = server_excerpt(without_markup(body), longest_server_text);
    result.text = server_excerpt(body, longest_text_looked_at);
    return result;
  }
  const json& whole = parsed->is_array() && !parsed->empty() ? parsed->front() : *parsed;
  json error = first_of(whole, {"error", "detail", "errors"});
  if (error.is_null()) error = whole;
  if (error.is_string()) {  // Ollama hands its runner's JSON on as a text.
    Result<json> inner = parse_strictly(error.get<std::string>());
    if (inner && inner->is_object() && inner->contains("error")) *inner = json((*inner)["error"]);
    if (inner && inner->is_object()) error = std::move(*inner);
  }
  json list = json::array();  // pydantic's, each with its place.
  if (error.is_array() && !error.empty() && error.front().is_object()) {
    list = error;
    error = json(list.front());
  }
  std::string text = error.is_object() ? text_of(error, {"message", "msg", "detail", "title", "error"}) : "";
  if (text.empty()) text = dumped(error);
  std::string place;
  for (const json& part : list)
    if (const json& loc = member(part, "loc"); !loc.is_null()) place += " " + dumped(loc);
  if (!place.empty()) text = server_excerpt(place, longest_server_text).substr(1) + ": " + text;
  result.message = server_excerpt(text, longest_server_text);
  result.text = server_excerpt(text, longest_text_looked_at);
  if (const json& raw = member(member(error, "metadata"), "raw"); !raw.is_null())  // OpenRouter's.
    result.text += " " + server_excerpt(dumped(raw), longest_text_looked_at);
  result.type = server_excerpt(text_of(error, {"type", "status"}), longest_server_text);
  result.code = server_excerpt(text_of(error, {"code"}), longest_server_text);
  result.param =
      server_excerpt(place.empty() ? text_of(error, {"param", "loc"}) : place, longest_server_text);
  for (const json& number : {member(error, "code"), member(error, "status"), member(whole, "status")})
    if (result.status == 0) result.status = http_status(number);
  const auto window = token_count(error, "n_ctx");
  if (window && *window > 0) result.excess = {token_count(error, "n_prompt_tokens").value_or(0), *window};
  return result;
}

std::optional<ServerError> error_in(const HttpReply& reply) {
  if (reply.status != 200) return server_error(reply.body);
  if (reply.body.find("\"error\"") == std::string::npos) return std::nullopt;
  const Result<json> body = parse_strictly(reply.body);
  if (!body || member(*body, "error").is_null()) return std::nullopt;
  return server_error(reply.body);
}

TooLong says_too_long(const ServerError& error) {
  static constexpr std::string_view types[] = {"exceed_context_size", "context_length_exceeded",
                                               "request_too_large", "string_above_max_length",
                                               "context_window_exceeded"};
  if (error.excess || has_any(names_in(error), types)) return TooLong::by_type;
  const std::string words = words_in(error);
  static constexpr std::string_view rates[] = {"per minute", "per day", "per second", "per hour",
                                               "rate limit", "quota",   "tpm"};
  if (has_any(words, rates)) return TooLong::no;
  if (speaks_of_window(error)) return TooLong::by_words;
  if (names_account(words)) return TooLong::no;
  static constexpr std::string_view things[] = {"prompt", "input", "token", "context", "document", "text"};
  static constexpr std::string_view states[] = {"too long",    "too large",    "too big",  "exceed",
                                                "longer than", "larger than",  "too many", "more than",
                                                "over the",    "greater than", "truncat",  "beyond"};
  // What an answer may take is a setting.
  static constexpr std::string_view of_output[] = {"output token", "completion token", "top_logprobs"};
  const bool is_input = has_any(words, things) && !has_any(words, of_output);
  return is_input && has_any(words, states) ? TooLong::by_words : TooLong::no;
}

bool says_model_failed(const ServerError& error) {
  static constexpr std::string_view names[] = {"json_validate",      "failed_generation", "output_parse",
                                               "invalid_generation", "json_generation",   "tool_use_failed"};
  static constexpr std::string_view phrases[] = {
      "failed_generation",          "failed to generate json", "failed to validate json",
      "could not generate json",    "generated json",          "did not generate valid",
      "model did not return valid", "model output is not",     "model returned invalid",
      "invalid json generated",     "failed to parse model"};
  return has_any(names_in(error), names) || has_any(words_in(error), phrases);
}

bool says_no_model(const ServerError& error) {
  static constexpr std::string_view things[] = {"model", "deployment", "engine"};
  static constexpr std::string_view states[] = {
      "not found",     "does not exist", "not exist",      "not loaded", "no model",
      "unknown model", "not available",  "decommissioned", "no such",    "not deployed"};
  const std::string words = words_in(error);
  return has_any(words, things) && has_any(words, states) && !may_speak_of_a_document(error);
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
  const ServerError error = server_error(reply.body);
  const int status = reply.status == 200 ? error.status : reply.status;
  if (status >= 300 && status < 400) {
    return failed(ErrorClass::unavailable,
                  "the server redirects to '" +
                      server_excerpt(header(reply, "location"), longest_server_text) +
                      "', which docket does not follow: put the right address in 'url'");
  }
  if (auto known = known_reply(reply, error, status)) return *std::move(known);
  const std::string again = to_lower(header(reply, "x-should-retry"));  // The vendors' SDKs obey it.
  if (again == "true") return come_back(reply, error, status);
  if (status == 401 || status == 407)
    return failed(ErrorClass::unavailable, said(reply, error) + "; check 'api_key' and its permissions");
  const bool passes = status == 408 || status == 409 || status == 425 || status == 429 || status == 499 ||
                      (status >= 500 && status != 501 && !says_cannot_load(error));
  if (status == 402 || (status == 429 && says_used_up(error)) || (!passes && is_account_by_type(error)))
    return failed(ErrorClass::unavailable, said(reply, error));
  if (passes && again == "false") return unproven(ErrorClass::transient, said(reply, error));
  if (passes) return come_back(reply, error, status);
  if (has(names_in(error), "model_not_found")) return failed(ErrorClass::unavailable, said(reply, error));
  if (is_account_by_words(error) && status < 500)
    return unproven(ErrorClass::unavailable, said(reply, error));
  if (status == 403 || status == 404 || status == 405 || status == 501)
    return closed_door(reply, error, status);
  if (status >= 500 && says_cannot_load(error)) return failed(ErrorClass::unavailable, said(reply, error));
  if (says_no_model(error) || says_cannot_load(error))
    return unproven(ErrorClass::unavailable, said(reply, error));
  if (status == 0 && says_server_failed(error)) return failed(ErrorClass::transient, said(reply, error));
  return unproven(ErrorClass::rejected, said(reply, error));
}

Reply garbled_reply(const Error& problem) { return unproven(ErrorClass::transient, problem.message); }

}  // namespace docket::backends
