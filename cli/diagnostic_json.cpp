#include "cli/diagnostic_json.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

using nlohmann::ordered_json;

/// The setting that a message begins with, `stages.classify.accept: …`; empty: none.
std::string_view field_of(std::string_view message) {
  const std::string_view field = message.substr(0, message.find(": "));
  const auto is_part = [](char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; };
  return field.size() < message.size() && std::ranges::all_of(field, is_part) ? field : std::string_view();
}

/// What it asks: did you mean 'this'?
std::string_view suggestion_of(std::string_view message) {
  constexpr std::string_view question = "did you mean '";
  const std::size_t begin = message.rfind(question);
  if (begin == std::string_view::npos) return {};
  const std::string_view rest = message.substr(begin + question.size());
  const std::size_t end = rest.find("'?");
  return end == std::string_view::npos ? std::string_view() : rest.substr(0, end);
}

/// A number and the colon behind it, taken from the front; 0: there is none.
int number_before_colon(std::string_view& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(end - text.data());
  if (error != std::errc() || !text.substr(length).starts_with(':')) return 0;
  text.remove_prefix(length + 1);
  return number;
}

ordered_json or_nothing(std::string_view text) { return text.empty() ? ordered_json() : ordered_json(text); }
ordered_json or_nothing(int number) { return number == 0 ? ordered_json() : ordered_json(number); }

}  // namespace

ordered_json to_json(const Diagnostic& diagnostic) {
  return {{"file", diagnostic.file},
          {"line", or_nothing(diagnostic.line)},
          {"column", or_nothing(diagnostic.column)},
          {"field", or_nothing(field_of(diagnostic.message))},
          {"message", diagnostic.message},
          {"suggestion", or_nothing(suggestion_of(diagnostic.message))}};
}

Diagnostic diagnostic_from_line(const std::string& line, const std::string& file) {
  std::string_view rest = line;
  if (!rest.starts_with(file + ":")) return {file, 0, 0, line};
  rest.remove_prefix(file.size() + 1);
  Diagnostic diagnostic{file, 0, 0, {}};
  diagnostic.line = number_before_colon(rest);
  if (diagnostic.line > 0) diagnostic.column = number_before_colon(rest);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  diagnostic.message = rest;
  return diagnostic;
}

}  // namespace docket
