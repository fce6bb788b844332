#include "pipeline/config/source_text.h"

#include <algorithm>
#include <optional>

#include "pipeline/support/utf8.h"

namespace docket {
namespace {

constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::optional<std::size_t> offset_of(std::string_view text, const Position& position) {
  std::size_t at = 0;
  for (int line = 1; line < position.line; ++line) {
    at = text.find('\n', at);
    if (at == std::string_view::npos) return std::nullopt;
    ++at;
  }
  for (int column = 1; column < position.column; ++column) {
    if (at >= text.size() || text[at] == '\n') return std::nullopt;
    static_cast<void>(next_code_point(text, at));
  }
  return at;
}

Position position_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const std::size_t start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
          static_cast<int>(characters(before.substr(start))) + 1, 0};
}

/// Behind what opens a scalar: a quote, or the line of `|` or `>`.
std::size_t content_of(std::string_view text, std::size_t begin) {
  if (begin >= text.size()) return begin;
  if (text[begin] == '"' || text[begin] == '\'') return begin + 1;
  if (text[begin] == '|' || text[begin] == '>') return std::min(text.find('\n', begin), text.size());
  return begin;
}

}  // namespace

SourceText::SourceText(std::string text) : text_(std::move(text)) {
  if (text_.starts_with(utf8_mark)) text_.erase(0, utf8_mark.size());
}

Position SourceText::inside(const Position& begin, std::string_view value, std::size_t at) const {
  if (begin.override > 0 || begin.line == 0) return begin;
  const auto start = offset_of(text_, begin);
  if (!start || *start >= text_.size()) return begin;
  const char quote = text_[*start];
  std::size_t here = content_of(text_, *start);
  for (std::size_t i = 0; i <= std::min(at, value.size()); ++i) {
    // YAML folds lines: blanks on both sides stand for each other.
    if (i < value.size() && is_blank(value[i])) continue;
    while (here < text_.size() && is_blank(text_[here]) && i < value.size())
      ++here;
    if (i == std::min(at, value.size())) return position_of(text_, here);
    const bool is_escape = quote == '"' ? text_.substr(here, 1) == "\\" : text_.substr(here, 2) == "''";
    if (is_escape && (quote == '"' || quote == '\'')) ++here;
    if (here >= text_.size() || text_[here] != value[i]) return begin;
    ++here;
  }
  return begin;
}

}  // namespace docket
