#include "cli/terminal/wrapped.h"

#include <string_view>

#include "cli/terminal/table.h"

namespace docket {

std::string wrapped(std::string text, std::size_t most, std::size_t indent) {
  const std::string blanks(indent, ' ');
  std::string lines;
  for (; most > 1 && columns_of(text) > screen_columns; --most) {
    std::size_t end = text.size();
    while (columns_of(std::string_view(text).substr(0, end)) > screen_columns || end == text.size()) {
      const std::size_t blank = text.rfind(' ', end - 1);
      if (blank == std::string::npos || text.find_first_not_of(' ') > blank) break;
      end = blank;
    }
    if (end == text.size()) break;  // One long word.
    lines += text.substr(0, end) + "\n";
    text = blanks + text.substr(end + 1);
  }
  return lines + within_columns(text, screen_columns) + "\n";
}

}  // namespace docket
