#include "worker/text/plain_text.h"

#include <algorithm>

#include "pipeline/reading/plain.h"
#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

constexpr std::size_t tab_stop = 8;

/// Cuts the first line off `text`, without its end.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// An accent stands over the letter before it.
bool is_without_width(char32_t c) { return c >= 0x300 && word_part(c) == WordPart::diacritic; }

class PageWriter {
 public:
  void put(char32_t c) {
    if (c == '\f') return end_page();
    if (c == '\n') return end_line();
    const std::size_t before = text_.size();
    if (c == '\t') {
      text_.append(std::max<std::size_t>(2, tab_stop - column_ % tab_stop), ' ');
    } else {
      append_clean(text_, c);
    }
    column_ += c == '\t' ? text_.size() - before : text_.size() > before && !is_without_width(c);
  }

  Text finish() {
    if (!text_.empty() || out_.pages.empty()) end_page();
    return std::move(out_);
  }

 private:
  void end_line() {
    text_.erase(text_.find_last_not_of(' ') + 1);
    text_ += '\n';
    column_ = 0;
  }

  void end_page() {
    if (!text_.empty() && text_.back() != '\n') end_line();
    out_.pages.push_back({0, 0, composed(text_), {}});
    text_.clear();
    column_ = 0;
  }

  Text out_;
  std::string text_;
  std::size_t column_ = 0;
};

bool is_heading(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('#');
  return marks != line.npos && marks >= 1 && marks <= 6 && line[marks] == ' ';
}

bool is_table_rule(std::string_view line) {
  return line.find("---") != line.npos && line.find('|') != line.npos &&
         line.find_first_not_of("|-: ") == line.npos;
}

}  // namespace

Text text_pages(std::string_view utf8) {
  PageWriter writer;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t begin = at;
    char32_t c = next_code_point(utf8, at);
    if (c == '\r') {
      if (at < utf8.size() && utf8[at] == '\n') continue;
      c = '\n';
    } else if (c == '\v' || c == 0x85 || c == 0x2028 || c == 0x2029) {
      c = '\n';
    } else if (c == 0xAD && !is_break_of_word(utf8, begin)) {
      c = '-';
    }
    writer.put(c);
  }
  return writer.finish();
}

std::string text_media_type(std::string_view utf8) {
  std::string_view rest = utf8.substr(0, std::size_t{1} << 16);
  std::size_t headings = 0, others = 0;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    headings += is_heading(line);
    others += line.starts_with("```") || line.starts_with("- ") || line.starts_with("* ") ||
              is_table_rule(line) || line.find("](") != line.npos || line.find("**") != line.npos;
  }
  const bool marked = (headings > 0 && others > 0) || headings > 2 || others > 5;
  return marked ? "text/markdown" : "text/plain";
}

}  // namespace docket::worker
