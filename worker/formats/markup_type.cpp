#include "worker/formats/markup_type.h"

#include <algorithm>
#include <string>

#include "pipeline/support/ascii.h"
#include "worker/formats/xml.h"
#include "worker/formats/xml_text.h"

namespace docket::worker {
namespace {

constexpr std::string_view elements_of_html[] = {
    "html", "head",     "body",    "title",    "meta", "link",   "style",  "script", "p",   "div",
    "span", "table",    "tr",      "td",       "ul",   "ol",     "li",     "h1",     "h2",  "h3",
    "h4",   "a",        "b",       "i",        "u",    "em",     "strong", "font",   "br",  "center",
    "pre",  "section",  "article", "main",     "nav",  "header", "footer", "form",   "img", "blockquote",
    "dl",   "frameset", "base",    "noscript", "hr",   "address"};

bool is_element_of_html(const std::string& name) {
  return std::ranges::find(elements_of_html, std::string_view(name)) != std::end(elements_of_html);
}

/// Without comments, declarations and blanks in front of the first element.
std::string_view at_first_element(std::string_view text) {
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
    std::string_view end;
    if (text.starts_with("<!--")) {
      end = "-->";
    } else if (text.starts_with("<?") || (text.starts_with("<!") && !text.starts_with("<!["))) {
      end = ">";
    } else {
      return text;
    }
    const std::size_t at = text.find(end);
    if (at == text.npos) return {};
    text.remove_prefix(at + end.size());
  }
}

std::string element_name(std::string_view text) {
  if (!text.starts_with('<')) return {};
  std::size_t end = 1;
  while (end < text.size() && end < 32 && (is_alnum(text[end]) || text[end] == ':'))
    ++end;
  const bool is_tag =
      end < text.size() && std::string_view(" \t\r\n/>").find(text[end]) != std::string_view::npos;
  return is_tag ? to_lower(text.substr(1, end - 1)) : std::string();
}

bool has_markup(const std::string& lower) {
  return lower.find("</") != lower.npos || lower.find("/>") != lower.npos || lower.find("<br") != lower.npos;
}

/// Tags behind words that are no tags, such as what a server said first.
bool ends_as_html(std::string_view text) {
  constexpr std::size_t looked_at = 1024;
  const std::string end = to_lower(text.substr(text.size() - std::min(text.size(), looked_at)));
  return end.find("</html>") != end.npos || end.find("</body>") != end.npos;
}

}  // namespace

std::string_view markup_type(std::string_view utf8, std::string_view libmagic) {
  constexpr std::size_t looked_at = std::size_t{1} << 16;
  const std::string_view text = trim(utf8);
  const bool has_head = text.starts_with("<?xml");
  const std::string beginning = to_lower(text.substr(0, looked_at));
  const std::string name = element_name(at_first_element(text.substr(0, looked_at)));
  const bool says_html = beginning.starts_with("<!doctype html") || name == "html";
  if (says_html) return has_head ? "application/xhtml+xml" : "text/html";
  if (has_head || (!name.empty() && !is_element_of_html(name))) {
    const std::string root = xml_root(text);
    if (root == "svg") return "image/svg+xml";
    const bool is_flat_odf =
        root == "document" && beginning.find("opendocument:xmlns:office") != beginning.npos;
    if (is_flat_odf) return "application/vnd.oasis.opendocument";
    const bool is_broken_html = is_element_of_html(root) && ends_as_html(text);
    if (has_head) return is_broken_html ? "application/xhtml+xml" : "application/xml";
    if (!root.empty() && text.ends_with('>') && parse_xml(text, Blanks::kept, pugi::encoding_utf8))
      return "application/xml";
  }
  if (is_element_of_html(name) && has_markup(beginning)) return "text/html";
  return libmagic == "text/html" && ends_as_html(text) ? "text/html" : std::string_view();
}

}  // namespace docket::worker
