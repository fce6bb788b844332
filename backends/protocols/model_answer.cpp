#include "backends/protocols/model_answer.h"

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

std::string beginning(std::string_view text) {
  const std::string start = excerpt(text, shown_bytes);
  return start.empty() ? "nothing" : "'" + start + "'";
}

/// Servers that do not enforce a schema let models write ```json … ``` around their answer.
std::string_view without_fence(std::string_view text) {
  text = trim(text);
  if (!text.starts_with("```") || !text.ends_with("```") || text.size() < 6) return text;
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos) return text;
  text.remove_prefix(line_end + 1);
  text.remove_suffix(std::min<std::size_t>(3, text.size()));
  return text;
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

}  // namespace

Result<json> reply_object(const HttpReply& reply) {
  Result<json> body = parse_strictly(reply.body);
  const auto type = reply.headers.find("content-type");
  const std::string of_type = type == reply.headers.end() ? "" : " (" + type->second.substr(0, 60) + ")";
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
  const std::string_view text = without_fence(content);
  if (text.empty()) return Error{ErrorClass::content, "the model's answer is empty"};
  Result<json> value = parse_strictly(text);
  if (!value) {
    return Error{ErrorClass::content,
                 "the model's answer " + value.error().message + "; it begins with " + beginning(text)};
  }
  *value = without_optional_nulls(*value, prompt.schema->document());
  const std::vector<SchemaProblem> problems = prompt.schema->validate(*value);
  if (!problems.empty()) {
    std::string message = "the model's answer does not match the schema:";
    for (std::size_t i = 0; i < std::min(problems.size(), most_problems); ++i)
      message += (i == 0 ? " " : "; ") + (problems[i].path.empty() ? "" : problems[i].path + ": ") +
                 problems[i].message;
    return Error{ErrorClass::content, message};
  }
  Answer answer{std::move(*value)};
  if (!tokens.empty())
    answer.probabilities = token_probabilities(content, tokens, enums_of(prompt.schema->document()));
  return answer;
}

std::optional<std::int64_t> token_count(const json& usage, const char* member) {
  if (!usage.is_object()) return std::nullopt;
  const auto found = usage.find(member);
  if (found == usage.end() || !found->is_number_integer()) return std::nullopt;
  const auto count = found->get<std::int64_t>();
  constexpr std::int64_t implausible = std::int64_t{1}
                                       << 28;  // No window is so large; prices of it fit 64 bits.
  return count >= 0 && count < implausible ? std::optional(count) : std::nullopt;
}

Usage usage_of(const ReportedTokens& tokens) {
  Usage usage{.calls = 1};
  usage.input_tokens = tokens.input.value_or(0);
  usage.output_tokens = tokens.output.value_or(0);
  const bool parts_fit =
      tokens.cached + tokens.cache_write <= usage.input_tokens && tokens.reasoning <= usage.output_tokens;
  if (parts_fit) {
    usage.cached_input_tokens = tokens.cached;
    usage.cache_write_tokens = tokens.cache_write;
    usage.reasoning_tokens = tokens.reasoning;
  }
  const bool adds_up = !tokens.total || *tokens.total == usage.input_tokens + usage.output_tokens;
  if (!tokens.input || !tokens.output || !parts_fit || !adds_up) usage.unpriced_calls = 1;
  return usage;
}

}  // namespace docket::backends
