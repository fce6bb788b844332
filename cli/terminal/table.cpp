#include "cli/terminal/table.h"

#include <algorithm>

#include "pipeline/support/unicode_form.h"
#include "pipeline/support/utf8.h"

namespace docket {

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();)
    columns += static_cast<std::size_t>(columns_of(next_code_point(text, at)));
  return columns;
}

std::string within_columns(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  std::string shown;
  std::size_t used = 1;  // By the mark.
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    used += static_cast<std::size_t>(columns_of(next_code_point(text, at)));
    if (used > columns) break;
    shown += text.substr(begin, at - begin);
  }
  return shown + "…";
}

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - columns_of(row[i]), ' ');
      text += (i > 0 ? "  " : "") + (i == 0 ? row[i] + blanks : blanks + row[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace docket
