#include "pipeline/json/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr int deepest = 64;
/// Of what messages show of the text, in bytes: nlohmann-json shows the last token whole.
constexpr std::size_t longest_problem = 200;
constexpr std::size_t longest_name = 60;

/// Watches a parser for what nlohmann-json takes without a word.
class Strictness {
 public:
  bool operator()(int depth, json::parse_event_t event, json& value) {
    if (!problem_.empty()) return false;
    if (event == json::parse_event_t::object_start) names_.emplace_back();
    if (event == json::parse_event_t::object_end) names_.pop_back();
    if (event == json::parse_event_t::key && !names_.back().insert(value.get<std::string>()).second) {
      problem_ =
          "has '" + excerpt(value.get_ref<const std::string&>(), longest_name) + "' twice in one object";
    }
    if (depth > deepest) problem_ = "is nested more than " + std::to_string(deepest) + " levels deep";
    return problem_.empty();
  }
  const std::string& problem() const { return problem_; }

 private:
  std::vector<std::set<std::string>> names_;
  std::string problem_;
};

/// `[json.exception.parse_error.101] parse error at line 1, column 2: …` from `line` on.
std::string plain(std::string_view message) {
  const auto at = message.find("line ");
  const auto code_end = message.find("] ");
  if (at != std::string_view::npos) return excerpt(message.substr(at), longest_problem);
  return excerpt(code_end == std::string_view::npos ? message : message.substr(code_end + 2),
                 longest_problem);
}

}  // namespace

Result<json> parse_strictly(std::string_view text) {
  Strictness strictness;
  try {
    json value = json::parse(text, std::ref(strictness));
    if (!strictness.problem().empty()) return Error{ErrorClass::content, strictness.problem()};
    return value;
  } catch (const json::exception& failure) {
    const std::string& problem = strictness.problem();
    return Error{ErrorClass::content,
                 problem.empty() ? "is not valid JSON: " + plain(failure.what()) : problem};
  }
}

}  // namespace docket
