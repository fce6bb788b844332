#include "backends/protocols/json_leaves.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace docket::backends {
namespace {

using nlohmann::json;

constexpr int deepest = 64;

/// Reads a text that nlohmann accepts: it checks the grammar, this finds the places.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t begin) : text_(text), at_(begin) {}

  std::optional<std::vector<JsonLeaf>> leaves() {
    if (!value(json::json_pointer(), 0)) return std::nullopt;
    return std::move(leaves_);
  }

 private:
  bool value(const json::json_pointer& pointer, int depth) {
    skip_blanks();
    if (at_ == text_.size() || depth > deepest) return false;
    if (text_[at_] == '{') return members(pointer, depth);
    if (text_[at_] == '[') return elements(pointer, depth);
    const std::size_t begin = at_;
    const bool is_string = text_[at_] == '"';
    if (is_string ? !skip_string() : !skip_word()) return false;
    leaves_.push_back({pointer.to_string(), begin, at_, is_string});
    return true;
  }

  bool members(const json::json_pointer& pointer, int depth) {
    ++at_;
    if (next_is('}')) return true;
    do {
      skip_blanks();
      const std::size_t begin = at_;
      if (at_ == text_.size() || text_[at_] != '"' || !skip_string()) return false;
      const json name = json::parse(text_.substr(begin, at_ - begin), nullptr, false);
      if (!name.is_string() || !next_is(':')) return false;
      if (!value(pointer / name.get<std::string>(), depth + 1)) return false;
    } while (next_is(','));
    return next_is('}');
  }

  bool elements(const json::json_pointer& pointer, int depth) {
    ++at_;
    if (next_is(']')) return true;
    std::size_t index = 0;
    do {
      if (!value(pointer / index++, depth + 1)) return false;
    } while (next_is(','));
    return next_is(']');
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool next_is(char c) {
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return true;
      }
    }
    return false;
  }

  bool skip_word() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    return json::accept(text_.substr(begin, at_ - begin));
  }

  const std::string_view text_;
  std::size_t at_;
  std::vector<JsonLeaf> leaves_;
};

}  // namespace

std::optional<std::vector<JsonLeaf>> json_leaves(std::string_view text) {
  const std::size_t begin = text.find_first_of("{[");
  if (begin == std::string_view::npos) return std::nullopt;
  return Scanner(text, begin).leaves();
}

}  // namespace docket::backends
