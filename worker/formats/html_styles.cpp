#include "worker/formats/html_styles.h"

#include <algorithm>
#include <charconv>

#include "pipeline/support/ascii.h"

namespace docket::worker {
namespace {

/// Cuts the next piece off `text`, up to `separator`.
std::string_view cut(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return piece;
}

/// The number that a value begins with, such as -999 of `-999px`; 0: none.
double leading_number(std::string_view value) {
  double number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

bool is_zero(std::string_view value) {
  return !value.empty() && (is_digit(value.front()) || value.front() == '.') && leading_number(value) == 0;
}

bool is_far_away(std::string_view value) { return leading_number(value) <= -999; }

bool is_simple(std::string_view selector) {
  return !selector.empty() && std::ranges::all_of(selector, [](char c) {
    return is_alnum(c) || c == '.' || c == '#' || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  }) && std::ranges::count_if(selector, [](char c) { return c == '.' || c == '#'; }) <= 1;
}

std::string without_comments(std::string_view css) {
  std::string out;
  while (!css.empty()) {
    const std::size_t begin = std::min(css.find("/*"), css.size());
    out += css.substr(0, begin);
    const std::size_t end = css.find("*/", begin);
    css = end == css.npos ? std::string_view() : css.substr(end + 2);
  }
  return out;
}

}  // namespace

std::string css_value(std::string_view declarations, std::string_view property) {
  std::string value;
  while (!declarations.empty()) {
    std::string_view declaration = cut(declarations, ';');
    const std::string_view name = trim(cut(declaration, ':'));
    if (to_lower(name) != property) continue;
    value = to_lower(trim(declaration.substr(0, declaration.find('!'))));
  }
  return value;
}

std::optional<bool> is_hidden_by(std::string_view declarations) {
  if (declarations.find(':') == declarations.npos) return {};
  const auto value = [&](std::string_view property) { return css_value(declarations, property); };
  const std::string display = value("display"), visibility = value("visibility");
  if (display == "none" || visibility == "hidden" || visibility == "collapse") return true;
  const std::string opacity = value("opacity");
  if (is_zero(value("font-size")) || is_zero(opacity)) return true;
  const bool is_cut = value("overflow") == "hidden";
  if (is_cut && (is_zero(value("max-height")) || is_zero(value("height")) || is_zero(value("width"))))
    return true;
  const std::string position = value("position");
  const bool is_placed = position == "absolute" || position == "fixed";
  if (is_placed && (is_far_away(value("left")) || is_far_away(value("top")))) return true;
  if (is_far_away(value("text-indent"))) return true;
  return display.empty() && visibility.empty() && opacity.empty() ? std::nullopt : std::optional(false);
}

void HtmlStyles::add_sheet(std::string_view css) {
  const std::string plain = without_comments(css);
  std::string_view rest = plain;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    if (open == rest.npos) return;
    std::string_view selectors = trim(rest.substr(0, open));
    if (const std::size_t statement = selectors.rfind(';'); statement != selectors.npos)
      selectors = trim(selectors.substr(statement + 1));
    rest.remove_prefix(open + 1);
    if (!selectors.starts_with('@')) {
      add_rule(selectors, cut(rest, '}'));
      continue;
    }
    for (int depth = 1; depth > 0 && !rest.empty(); rest.remove_prefix(1))
      depth += rest.front() == '{' ? 1 : rest.front() == '}' ? -1 : 0;
  }
}

void HtmlStyles::add_rule(std::string_view selectors, std::string_view declarations) {
  has_rules_ = true;
  const auto hidden = is_hidden_by(declarations);
  if (!hidden) return;
  while (!selectors.empty()) {
    const std::string_view selector = trim(cut(selectors, ','));
    if (!is_simple(selector)) continue;
    if (*hidden) {
      hidden_.emplace(selector);
    } else if (const auto known = hidden_.find(selector); known != hidden_.end()) {
      hidden_.erase(known);
    }
  }
}

bool HtmlStyles::hides(std::string_view tag, std::string_view classes, std::string_view id) const {
  if (hidden_.empty()) return false;
  const std::string name(tag);
  if (hidden_.contains(name)) return true;
  if (!id.empty() &&
      (hidden_.contains("#" + std::string(id)) || hidden_.contains(name + "#" + std::string(id))))
    return true;
  while (!classes.empty()) {
    const std::size_t end = std::min(classes.find_first_of(" \t\r\n\f"), classes.size());
    const std::string piece = "." + std::string(classes.substr(0, end));
    classes.remove_prefix(std::min(end + 1, classes.size()));
    if (piece.size() > 1 && (hidden_.contains(piece) || hidden_.contains(name + piece))) return true;
  }
  return false;
}

}  // namespace docket::worker
