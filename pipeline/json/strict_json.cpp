#include "pipeline/json/strict_json.h"

#include <set>
#include <string>
#include <vector>

#include "pipeline/json/bounded_json.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using nlohmann::json;

constexpr int deepest = 64;
/// Of what messages show of the text, in bytes: nlohmann-json shows the last token whole.
constexpr std::size_t longest_problem = 200;
constexpr std::size_t longest_name = 60;

/// `[json.exception.parse_error.101] parse error at line 1, column 2: …` from `line` on.
std::string plain(std::string_view message) {
  const auto at = message.find("line ");
  const auto code_end = message.find("] ");
  if (at != std::string_view::npos) return excerpt(message.substr(at), longest_problem);
  return excerpt(code_end == std::string_view::npos ? message : message.substr(code_end + 2),
                 longest_problem);
}

/// Watches a parser for what nlohmann-json takes without a word.
class Strictness final : public BoundedJson {
 public:
  Strictness() : BoundedJson(deepest) {}
  bool start_object(std::size_t size) override {
    names_.emplace_back();
    return BoundedJson::start_object(size);
  }
  bool end_object() override {
    names_.pop_back();
    return BoundedJson::end_object();
  }
  bool key(string_t& name) override {
    if (names_.back().insert(name).second) return true;
    problem_ = "has '" + excerpt(name, longest_name) + "' twice in one object";
    return false;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const json::exception& why) override {
    problem_ = "is not valid JSON: " + plain(why.what());
    return false;
  }
  std::string problem() const {
    return is_too_deep() ? "is nested more than " + std::to_string(deepest) + " levels deep" : problem_;
  }

 private:
  std::vector<std::set<std::string>> names_;
  std::string problem_;
};

}  // namespace

Result<json> parse_strictly(std::string_view text) {
  Strictness strictness;
  if (!json::sax_parse(text, &strictness)) return Error{ErrorClass::content, strictness.problem()};
  return json::parse(text);
}

}  // namespace docket
