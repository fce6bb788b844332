#include "worker/formats/html_nesting.h"

#include <algorithm>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

constexpr int deepest = 400;  ///< Chromium's limit is 512 elements.

/// Elements without content, and those that their neighbours end.
constexpr std::string_view not_counted[] = {
    "area",  "base",   "br",    "col",   "embed",    "hr",     "img",  "input", "link", "meta",
    "param", "source", "track", "wbr",   "p",        "li",     "td",   "th",    "tr",   "dt",
    "dd",    "tbody",  "thead", "tfoot", "colgroup", "option", "html", "head",  "body"};
constexpr std::string_view within_lines[] = {"a",     "b",  "i",    "u",   "em", "font", "span", "strong",
                                             "small", "tt", "code", "big", "s",  "sub",  "sup"};

bool is_a_name_of(std::string_view name, const auto& names) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string name_at(std::string_view html, std::size_t at) {
  constexpr std::size_t longest = 16;
  std::size_t end = at;
  while (end < html.size() && end - at < longest && is_alnum(html[end]))
    ++end;
  return to_lower(html.substr(at, end - at));
}

/// Where a comment or the content of a script ends.
std::size_t end_of_unread(std::string_view html, std::size_t at, std::string_view end) {
  const std::size_t found = html.find(end, at);
  return found == html.npos ? html.size() : found + 1;
}

/// Thousands of attributes in one tag: each is compared with all before it.
bool has_too_many_attributes(std::string_view tag) {
  constexpr std::size_t most = 1000;
  if (tag.size() < 2 * most) return false;
  std::size_t count = 0;
  char quote = 0;
  for (std::size_t i = 1; i < tag.size(); ++i) {
    const char c = tag[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && tag[i - 1] == '=') {
      quote = c;
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '/' || c == '=') {
      ++count;
    }
  }
  return count > 2 * most;
}

}  // namespace

std::string_view limit_nesting(std::string_view html, std::string& kept) {
  int depth = 0;
  for (std::size_t at = html.find('<'); at < html.size(); at = html.find('<', at)) {
    if (html.substr(at).starts_with("<!--")) {
      at = end_of_unread(html, at + 4, "-->");
      continue;
    }
    const bool is_end = at + 1 < html.size() && html[at + 1] == '/';
    const std::string name = name_at(html, at + 1 + is_end);
    const std::size_t close = html.find('>', at);
    if (close == html.npos) break;
    const bool is_crowded = has_too_many_attributes(html.substr(at, close - at));
    const bool is_tag = !name.empty() && is_alpha(name.front());
    if (!is_tag || (is_a_name_of(name, not_counted) && !is_crowded)) {
      ++at;
      continue;
    }
    if (!is_end && (name == "script" || name == "style")) {
      at = end_of_unread(html, close, "</");
      continue;
    }
    const bool is_empty = html[close - 1] == '/' && name != "a" && name != "div" && name != "span";
    const bool is_beyond = is_crowded || depth >= deepest + (is_end ? 1 : 0);
    if (!is_empty && !is_crowded) depth = std::max(0, depth + (is_end ? -1 : 1));
    if (is_beyond) {
      if (kept.empty()) kept = html;
      const std::size_t size = close + 1 - at;
      const std::string_view stand_in = size >= 4 && !is_a_name_of(name, within_lines) ? "<br>" : " ";
      kept.replace(at, size, std::string(stand_in) + std::string(size - stand_in.size(), ' '));
    }
    at = close + 1;
  }
  return kept.empty() ? html : std::string_view(kept);
}

}  // namespace docket::worker
