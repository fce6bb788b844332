#include "pipeline/config/environment.h"

#include <algorithm>
#include <cstdlib>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::size_t longest_value = 1 << 16;

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

Error error(std::string message) { return {ErrorClass::config, std::move(message)}; }

/// What `NAME` or `NAME:-default` stands for.
Result<std::string> value_of(std::string_view reference, const Lookup& lookup) {
  const auto separator = reference.find(":-");
  const std::string name(reference.substr(0, separator));
  if (!is_name(name)) {
    return error("'${" + std::string(reference) +
                 "}' is not ${NAME} or ${NAME:-default}; for a literal '${' write '$${'");
  }
  const std::optional<std::string> value = lookup(name);
  const bool has_default = separator != std::string_view::npos;
  if (has_default && (!value || trim(*value).empty())) return std::string(reference.substr(separator + 2));
  if (!value) {
    return error("the environment variable " + name + " is not set");
  }
  // Half a path or no key at all is not what anybody wrote this for.
  if (trim(*value).empty()) return error("the environment variable " + name + " is empty");
  if (value->size() > longest_value)
    return error("the environment variable " + name + " is longer than 64 KiB");
  if (!is_utf8(*value)) return error("the environment variable " + name + " is not UTF-8");
  return *value;
}

}  // namespace

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

Result<Expanded> expand(std::string_view text, const Lookup& lookup) {
  Expanded expanded;
  std::string problems;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t dollar = text.find("${", at);
    if (dollar == std::string_view::npos) {
      expanded.text += text.substr(at);
      break;
    }
    if (dollar > at && text[dollar - 1] == '$') {
      expanded.text += std::string(text.substr(at, dollar - 1 - at)) + "${";
      at = dollar + 2;
      continue;
    }
    expanded.text += text.substr(at, dollar - at);
    const std::size_t end = text.find('}', dollar);
    if (end == std::string_view::npos) return error("'${' has no '}'; for a literal '${' write '$${'");
    const std::string_view reference = text.substr(dollar + 2, end - dollar - 2);
    auto value = value_of(reference, lookup);
    if (value) expanded.text += *value;
    if (!value) problems += (problems.empty() ? "" : "; ") + value.error().message;
    expanded.from_environment = true;
    expanded.one_reference = dollar == 0 && end + 1 == text.size() &&
                             (reference.find(":-") == std::string_view::npos || reference.ends_with(":-"));
    at = end + 1;
  }
  if (!problems.empty()) return error(problems);
  return expanded;
}

}  // namespace docket
