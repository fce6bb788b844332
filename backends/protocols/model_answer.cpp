#include "backends/protocols/model_answer.h"

#include <algorithm>
#include <cmath>

#include "backends/protocols/error_reply.h"
#include "backends/protocols/json_in_text.h"
#include "backends/protocols/narrow_schema.h"
#include "pipeline/json/member.h"
#include "pipeline/json/schema.h"
#include "pipeline/json/strict_json.h"
#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr std::size_t shown_bytes = 120;
constexpr std::size_t most_problems = 3;
constexpr std::size_t longest_problem = 200;  ///< Bytes.

std::string beginning(std::string_view text) {
  const std::string start = server_excerpt(text, shown_bytes);
  return start.empty() ? "nothing" : "'" + start + "'";
}

/// The values that the schema allows for a string of the answer, by JSON Pointer: those of its top level.
EnumValues enums_of(const json& schema) {
  EnumValues enums;
  for (const auto& [name, property] : member(schema, "properties").items()) {
    if (!property.is_object() || !property.contains("enum")) continue;
    std::vector<std::string> values;
    for (const json& value : property["enum"])
      values.push_back(value.dump());
    enums[(json::json_pointer() / name).to_string()] = std::move(values);
  }
  return enums;
}

using Found = JsonInText;

/// The answer, without nulls that stand for nothing, if it is valid.
Result<Found> checked(const Found& found, const Schema& schema) {
  json value = without_optional_nulls(found.value, schema.document());
  const std::vector<SchemaProblem> problems = schema.validate(value);
  if (!problems.empty()) return against_schema(problems);
  return Found{found.text, std::move(value)};
}

/// Objects that may be meant as the answer. In a thought that was never ended only one that ends the text is:
/// the others are drafts.
std::vector<Found> candidates(std::string_view text) {
  std::vector<Found> objects = json_in_text(text);
  if (begins_to_think(text))
    std::erase_if(objects, [&](const Found& object) { return !text.ends_with(object.text); });
  return objects;
}

/// The whole text, or else the only object in it that the schema allows: servers that do not enforce a schema
/// let models write prose and code fences around their answer.
Result<Found> find_answer(std::string_view text, const Schema& schema) {
  Result<json> whole = parse_strictly(text);
  if (whole) return checked({text, std::move(*whole)}, schema);
  const std::vector<Found> objects = candidates(text);
  std::optional<Found> answer;
  for (const Found& object : objects) {
    Result<Found> valid = checked(object, schema);
    if (!valid) continue;
    if (answer && answer->value != valid->value)
      return Error{ErrorClass::content,
                   "the model's answer has several different JSON objects that would do"};
    answer = std::move(*valid);
  }
  if (answer) return *std::move(answer);
  if (objects.size() == 1) return checked(objects.front(), schema).error();
  // Where the text breaks off is of use in JSON alone.
  const bool is_prose = !text.starts_with('{') && !text.starts_with('[');
  return Error{ErrorClass::content, "the model's answer " +
                                        (is_prose ? "is not valid JSON" : whole.error().message) +
                                        "; it begins with " + beginning(text)};
}

/// The words within the code fence that is all of a text; else the text. Models put one around what they
/// copy.
std::string_view without_fence(std::string_view text) {
  constexpr std::string_view fence = "```";
  const std::size_t begin = text.find('\n'), end = text.rfind('\n');
  const bool is_fenced = text.starts_with(fence) && begin != text.npos && begin < end &&
                         trim(text.substr(end)) == fence && text.find(fence, fence.size()) > end;
  return is_fenced ? text.substr(begin + 1, end - begin - 1) : text;
}

/// Values may quote a document in which marks of thinking stand.
bool is_json(std::string_view content) { return content.starts_with('{') && parse_strictly(content); }

}  // namespace

Error against_schema(const std::vector<SchemaProblem>& problems) {
  std::string message = "the model's answer does not match the schema:";
  for (std::size_t i = 0; i < std::min(problems.size(), most_problems); ++i)
    message += (i == 0 ? " " : "; ") +
               server_excerpt((problems[i].path.empty() ? "" : problems[i].path + ": ") + problems[i].message,
                              longest_problem);
  return {ErrorClass::content, message};
}

Result<json> reply_object(const HttpReply& reply) {
  Result<json> body = parse_strictly(reply.body);
  const auto type = reply.headers.find("content-type");
  const std::string of_type = type == reply.headers.end() ? "" : " (" + excerpt(type->second, 60) + ")";
  if (!body) {
    return Error{ErrorClass::content, "the server's reply" + of_type + " " + body.error().message +
                                          "; it begins with " + beginning(reply.body)};
  }
  if (!body->is_object())
    return Error{ErrorClass::content,
                 "the server's reply" + of_type + " is not a JSON object: " + beginning(reply.body)};
  return body;
}

Result<Answer> model_answer(std::string_view content, const Prompt& prompt,
                            const std::vector<Token>& tokens) {
  const std::string_view text = is_json(trim(content)) ? trim(content) : without_thinking(content);
  if (prompt.takes_all_words) return Answer{std::string(without_fence(text))};
  if (text.empty()) return Error{ErrorClass::content, "the model's answer is empty"};
  if (!prompt.schema) return Answer{excerpt(text, shown_bytes)};
  const Result<Found> found = find_answer(text, *prompt.schema);
  if (!found) return found.error();
  Answer answer{found->value};
  if (!tokens.empty())
    answer.probabilities = token_probabilities(found->text, tokens, enums_of(prompt.schema->document()));
  return answer;
}

std::optional<std::int64_t> token_count(const json& value) {
  if (!value.is_number()) return std::nullopt;
  const auto count = value.get<double>();  // Some write `1000.0`.
  constexpr double implausible = 1 << 28;  // No window is so large.
  if (!(count >= 0 && count < implausible) || count != std::floor(count)) return std::nullopt;
  return static_cast<std::int64_t>(count);
}

std::optional<std::int64_t> token_count(const json& usage, const char* name) {
  return token_count(member(usage, name));
}

}  // namespace docket::backends
