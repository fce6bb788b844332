#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace docket::worker {

/// How the rows of a table are written.
enum class TableForm {
  plain,     ///< A row is a line, its cells apart by two blanks or more and one beneath the other.
  markdown,  ///< A table of GitHub's Markdown, the first row as its head.
};

struct SourceCell {
  std::uint32_t column = 0;   ///< From 0. Columns that no cell fills are left out.
  std::string text;           ///< Lines end with '\n'; the last need not.
  std::uint32_t columns = 1;  ///< That it is wide.
  bool is_block = false;      ///< Holds what cannot stand on one line, such as another table.
};

struct SourceRow {
  std::vector<SourceCell> cells;  ///< By column.
  bool begins_page = false;
};

/// A table whose source says what its cells are.
struct SourceTable {
  std::vector<SourceRow> rows;
};

/// Appends the rows as lines. Long prose in cells means a table that only arranges a page: then the cells of
/// a row follow one another, each with its own lines. So do the cells of a table with one column. A row that
/// begins a page has a form feed before it.
void append_table(std::string& out, SourceTable table, TableForm form);

}  // namespace docket::worker
