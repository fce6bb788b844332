#include "backends/protocols/tika.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/http/address.h"
#include "backends/protocols/error_reply.h"
#include "backends/protocols/message.h"
#include "backends/protocols/model_fields.h"
#include "backends/protocols/model_type.h"
#include "pipeline/json/member.h"
#include "pipeline/reading/plain.h"
#include "pipeline/registry.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr const char* content_key = "X-TIKA:content";
constexpr std::size_t longest_ending = 10;            ///< Of a file's name.
constexpr std::size_t most_inner_documents = 10'000;  ///< Documents within the file that are listed.
constexpr std::size_t most_tika_problems = 20;

constexpr std::string_view apis[] = {"rmeta", "tika"};

constexpr Field tika_fields[] = {
    {.name = "url",
     .type = Field::Type::texts,
     .help = "the server's address, or a list: calls go to the least busy healthy one",
     .fallback = "http://127.0.0.1:9998",
     .affects_answer = false},
    {.name = "api",
     .type = Field::Type::choice,
     .help = "what of the server is asked: `rmeta` gives metadata, and the text of files within the file; "
             "`tika` the text alone",
     .fallback = "rmeta",
     .choices = apis},
    {.name = "headers",
     .type = Field::Type::texts,
     .help = "headers that go with each file, as `Name: value`, such as `X-Tika-OCRskipOcr: true`"},
    {.name = "api_key",
     .type = Field::Type::secret,
     .help =
         "for a server behind a gateway, as `Authorization: Bearer …`; sent over TLS or to loopback only"},
    {.name = "max_concurrent",
     .type = Field::Type::integer,
     .help = "files at a time that each address is sent",
     .fallback = "2",
     .minimum = 1,
     .maximum = 1000,
     .affects_answer = false},
    fields::timeout,
    fields::connect_timeout,
    fields::deadline,
    fields::location,
};

/// Without those who ask for something else than the text, or of whom docket itself makes one.
std::optional<SettingProblem> header_problem(const std::string& header) {
  constexpr std::string_view own[] = {"accept", "content-length", "transfer-encoding", "authorization",
                                      "host"};
  const std::size_t colon = header.find(':');
  const std::string name = to_lower(trim(std::string_view(header).substr(0, colon)));
  if (colon == std::string::npos || name.empty() ||
      !std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '-' || c == '_'; }))
    return SettingProblem{"headers", "'" + excerpt(header, 60) + "' is no header; write `Name: value`"};
  if (std::ranges::find(own, name) != std::ranges::end(own))
    return SettingProblem{"headers", "docket itself sets '" + name + "'; leave it out" +
                                         (name == "authorization" ? ", and set `api_key`" : "")};
  return std::nullopt;
}

std::optional<SettingProblem> tika_problem(const Settings& settings) {
  for (const std::string& header : settings.texts("headers"))
    if (auto problem = header_problem(header)) return problem;
  return server_problem(settings);
}

/// The file's own name may tell more than its content.
std::string ending_of(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  const bool is_plain = ending.size() > 1 && ending.size() <= longest_ending + 1 &&
                        std::ranges::all_of(ending.substr(1), is_alnum);
  return is_plain ? to_lower(ending) : std::string();
}

bool names_exception(std::string_view text, std::string_view name) { return text.find(name) != text.npos; }

/// What Tika's own exception, in its words, says of the file.
Error exception_error(std::string_view words) {
  if (names_exception(words, "EncryptedDocumentException") ||
      names_exception(words, "AccessPermissionException"))
    return {ErrorClass::encrypted, "needs a password, says Tika"};
  if (names_exception(words, "UnsupportedFormatException"))
    return {ErrorClass::unsupported, "Tika does not read it either"};
  if (names_exception(words, "ZeroByteFileException")) return {ErrorClass::empty, "is empty, says Tika"};
  const std::string_view first_line = words.substr(0, words.find('\n'));  // Where it was thrown comes behind.
  return {ErrorClass::damaged, "is broken, says Tika: " + server_excerpt(first_line, longest_server_text)};
}

Error status_error(const HttpReply& reply) {
  const std::string status = " (HTTP " + std::to_string(reply.status) + ")";
  const std::string words = server_excerpt(reply.body, longest_server_text);
  const std::string said = words.empty() ? status : status + ": " + words;
  const bool is_exception = names_exception(reply.body, "Exception");
  switch (reply.status) {
    case 400:
      return {ErrorClass::rejected, "is refused by the Tika server" + said +
                                        ", perhaps for one of `headers` that its version does not know"};
    case 204:
      return {ErrorClass::empty, "has no text, says Tika"};
    case 401:
    case 403:
      return {ErrorClass::unavailable, "the Tika server refuses the key" + said};
    case 404:
    case 405:
      return {ErrorClass::unavailable, "there is no Tika server at this address" + said};
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return {ErrorClass::transient, "the Tika server is busy or restarting" + said};
    case 413:
      return {ErrorClass::rejected, "is too large for the Tika server" + said};
    case 415:
      return {ErrorClass::unsupported, "Tika does not read it either" + status};
    case 422:  // Without a word of why, unless the server is told to say it.
      if (is_exception) return exception_error(reply.body);
      return {ErrorClass::damaged, "is encrypted or broken, or Tika does not read it" + status};
    case 500:
      if (is_exception) return exception_error(reply.body);
      return {ErrorClass::damaged, "makes the Tika server fail" + said};
    default:
      return {ErrorClass::rejected, "is refused by the Tika server" + said};
  }
}

/// As a reader would type it: no controls but tabs, line ends and form feeds, nothing that is not seen, at
/// most one empty line.
std::string clean_words(std::string_view words) {
  std::string out;
  std::size_t line_ends = 0;
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(words, at);
    if (c == '\n' || c == '\f') {
      while (!out.empty() && (out.back() == ' ' || out.back() == '\t'))
        out.pop_back();
      if (c == '\f') line_ends = 0;
      if (++line_ends <= 2 || c == '\f') out += static_cast<char>(c);
      continue;
    }
    const bool is_control = (c < ' ' && c != '\t') || (c >= 0x7F && c < 0xA0);
    if (is_control || (c != 0xAD && plain_character(c) == 0)) continue;
    if (c != ' ' && c != '\t') line_ends = 0;
    if (c == replacement_character)
      append_utf8(out, c);
    else
      out += words.substr(begin, at - begin);
  }
  const std::size_t first = out.find_first_not_of("\n \t");
  out.erase(0, std::min(first, out.size()));
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ' || out.back() == '\t'))
    out.pop_back();
  return out;
}

/// Pages end with a form feed, where the format has any.
void add_pages(std::string_view words, Text& text) {
  std::string cleaned = clean_words(words);
  for (std::size_t begin = 0; begin <= cleaned.size();) {
    const std::size_t end = std::min(cleaned.find('\f', begin), cleaned.size());
    std::string page = cleaned.substr(begin, end - begin);
    if (end < cleaned.size() || !page.empty())
      text.pages.push_back({0, 0, page.empty() ? page : page + "\n", {}});
    begin = end + 1;
  }
}

std::string first_text(const json& metadata, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const json& value = member(metadata, key);
    const json& one = value.is_array() && !value.empty() ? value.front() : value;
    if (one.is_string() && !one.get_ref<const std::string&>().empty())
      return excerpt(one.get_ref<const std::string&>(), 500);
  }
  return {};
}

json metadata_of(const json& file) {
  json metadata = json::object();
  const auto add = [&](const char* name, std::initializer_list<const char*> keys) {
    if (std::string value = first_text(file, keys); !value.empty()) metadata[name] = std::move(value);
  };
  add("title", {"dc:title", "title"});
  add("author", {"dc:creator", "meta:author", "Author"});
  add("subject", {"dc:subject", "subject"});
  add("keywords", {"meta:keyword", "Keywords"});
  add("created", {"dcterms:created", "Creation-Date"});
  add("modified", {"dcterms:modified", "Last-Modified"});
  add("language", {"dc:language", "language"});
  return metadata;
}

/// The first exception that Tika notes of a file that it has read, or not.
std::string exception_of(const json& file) {
  for (const auto& [key, value] : file.items())
    if (key.starts_with("X-TIKA:EXCEPTION:")) {
      const json& one = value.is_array() && !value.empty() ? value.front() : value;
      if (one.is_string() && key != "X-TIKA:EXCEPTION:write_limit_reached") return one.get<std::string>();
    }
  return {};
}

std::string words_of_file(const json& file) { return text_member(file, content_key); }

/// Tika had no reader for it and made nothing of it. Tika 1 has another name for who read it.
bool is_unread(const json& file) {
  const json& name = member(file, "X-TIKA:Parsed-By");
  const json& parsers = name.is_null() ? member(file, "X-Parsed-By") : name;
  const std::string all = parsers.dump(-1, ' ', false, json::error_handler_t::replace);
  return parsers.is_null() || all.find("EmptyParser") != std::string::npos;
}

/// The text, and what is known of it; without any the Error.
Result<Answer> answer_of(Text text, json value, const std::string& backend) {
  std::int64_t count = 0;
  for (const Page& page : text.pages)
    count += static_cast<std::int64_t>(characters(page.text));
  if (count == 0) return Error{ErrorClass::empty, "has no text, says Tika"};
  value["pages"] = text.pages.size();
  value["characters"] = count;
  value["grade"] = "good";
  value["read_by"] = backend;
  if (!value.contains("metadata")) value["metadata"] = json::object();
  if (!value.contains("embedded_files")) value["embedded_files"] = json::array();
  return Answer{std::move(value), std::make_shared<const Text>(std::move(text))};
}

/// A file within the file: its text follows, and its name is listed.
void add_part(const json& part, Text& text, json& value, std::vector<std::string>& problems) {
  const std::string name = first_text(part, {"resourceName", "X-TIKA:embedded_resource_path"});
  json entry = {{"name", name.empty() ? "unnamed" : name}};
  if (const std::string type = first_text(part, {"Content-Type"}); !type.empty()) entry["media_type"] = type;
  value["embedded_files"].push_back(std::move(entry));
  add_pages(words_of_file(part), text);
  if (const std::string why = exception_of(part); !why.empty() && problems.size() < most_tika_problems)
    problems.push_back((name.empty() ? "a file within it" : name) + ": " + exception_error(why).message);
}

Result<Answer> read_list(const std::string& body, const std::string& backend) {
  const json list = json::parse(body, nullptr, false);
  if (!list.is_array() || list.empty() || !list.front().is_object())
    return Error{ErrorClass::unavailable, "what answers at this address is no Tika server: " +
                                              server_excerpt(body, longest_server_text)};
  const json& file = list.front();
  Text text;
  add_pages(words_of_file(file), text);
  json value = {{"metadata", metadata_of(file)}, {"embedded_files", json::array()}};
  std::vector<std::string> problems;
  const std::string why = exception_of(file);
  if (!why.empty()) problems.push_back(exception_error(why).message);
  for (std::size_t i = 1; i < list.size() && i <= most_inner_documents; ++i)
    if (list[i].is_object()) add_part(list[i], text, value, problems);
  if (text.pages.empty() && !why.empty()) return exception_error(why);
  if (text.pages.empty() && is_unread(file))
    return Error{ErrorClass::unsupported, "Tika does not read it either"};
  if (!problems.empty()) value["problems"] = std::move(problems);
  return answer_of(std::move(text), std::move(value), backend);
}

Result<Answer> read_words(const std::string& body, const std::string& backend) {
  Text text;
  add_pages(body, text);
  return answer_of(std::move(text), json::object(), backend);
}

}  // namespace

TikaApi tika_api(const BackendConfig& config) {
  return config.settings.text("api") == "tika" ? TikaApi::tika : TikaApi::rmeta;
}

HttpRequest ask_tika(const BackendConfig& config, const Target& target, const ExtractQuestion& question) {
  const TikaApi api = tika_api(config);
  HttpRequest request;
  request.method = "PUT";
  request.url = target.url + (api == TikaApi::tika ? "/tika" : "/rmeta/text");
  request.headers = bearer(target);
  request.headers.push_back(api == TikaApi::tika ? "Accept: text/plain" : "Accept: application/json");
  if (const std::string ending = ending_of(question.file); !ending.empty())
    request.headers.push_back("Content-Disposition: attachment; filename=\"document" + ending + "\"");
  for (std::string& header : config.settings.texts("headers"))
    request.headers.push_back(std::move(header));
  request.body_file = question.file;
  request.limits = target.limits;
  request.through_proxy = target.through_proxy;
  request.only_locally = target.only_locally;
  return request;
}

Reply read_tika(const HttpReply& reply, TikaApi api, const std::string& backend) {
  Reply read;
  if (reply.status == 200) {
    read.answer = api == TikaApi::tika ? read_words(reply.body, backend) : read_list(reply.body, backend);
    return read;
  }
  read.answer = status_error(reply);
  read.overloaded = reply.status == 429 || reply.status == 503;
  read.retry_after = retry_hint(reply, std::time(nullptr));
  return read;
}

BackendType tika() {
  return {.name = "tika",
          .summary = "an Apache Tika server: reads files that docket does not",
          .fields = tika_fields,
          .location = server_location,
          .problem = tika_problem,
          .reads_files = true};
}

}  // namespace docket::backends
