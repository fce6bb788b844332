#include "stages/text_facts.h"

#include <algorithm>
#include <string_view>

namespace docket::stages {
namespace {

constexpr std::size_t fewest_columns = 3;
constexpr int fewest_rows = 3;

/// Parts of the line with two blanks or more between them, or the cells of a Markdown row; its rule has none.
std::size_t columns(std::string_view line) {
  if (line.starts_with("| "))
    return line.starts_with("| ---") ? 0 : static_cast<std::size_t>(std::ranges::count(line, '|')) - 1;
  std::size_t found = 0, blanks = 2;
  for (const char byte : line) {
    if (byte == ' ' || byte == '\t' || byte == '\r') {
      ++blanks;
      continue;
    }
    if (blanks > 1) ++found;
    blanks = 0;
  }
  return found;
}

std::int64_t count_tables(std::string_view page) {
  std::int64_t tables = 0;
  int rows = 0, others = 0;  // Of the table that is perhaps begun; lines behind its last row.
  while (!page.empty()) {
    const std::size_t end = std::min(page.find('\n'), page.size());
    const bool is_row = columns(page.substr(0, end)) >= fewest_columns;
    page.remove_prefix(std::min(end + 1, page.size()));
    others = is_row ? 0 : others + 1;
    if (others > 1) rows = 0;
    if (is_row && ++rows == fewest_rows) ++tables;
  }
  return tables;
}

}  // namespace

std::int64_t count_tables(const Text& text) {
  std::int64_t tables = 0;
  for (const Page& page : text.pages)
    tables += count_tables(std::string_view(page.text));
  return tables;
}

}  // namespace docket::stages
