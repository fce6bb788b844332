#include "worker/text/table.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr std::size_t longest_cell = 400;       ///< Bytes that still go on a line beside others.
constexpr std::size_t most_lines_in_cell = 12;  ///< An address has so many.
constexpr std::size_t widest_column = 40;       ///< Characters; what is longer pushes the rest of its row.
constexpr std::size_t most_aligned_columns = 64;
constexpr std::size_t most_markdown_columns = 200;
constexpr std::size_t most_padding = 8;  ///< Times the text. Sparse tables of thousands of columns exist.

bool is_long(const SourceCell& cell) {
  return cell.is_block || cell.text.size() > longest_cell ||
         static_cast<std::size_t>(std::ranges::count(cell.text, '\n')) > most_lines_in_cell;
}

/// The lines of a cell as one.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : trim(text)) {
    const bool is_blank = c == '\n' || c == '\t' || c == '\f' || c == ' ';
    if (!is_blank) {
      line += c;
    } else if (!line.ends_with(' ')) {
      line += ' ';
    }
  }
  return line;
}

void append_lines(std::string& out, const std::string& text) {
  if (trim(text).empty()) return;
  out += text;
  if (!out.ends_with('\n')) out += '\n';
}

/// Rows that are written alike, their cells on one line each.
class Block {
 public:
  void add(SourceRow row) {
    for (SourceCell& cell : row.cells)
      cell.text = one_line(cell.text);
    std::erase_if(row.cells, [](const SourceCell& cell) { return cell.text.empty(); });
    rows_.push_back(std::move(row));
  }

  void write(std::string& out, TableForm form) {
    number_columns();
    if (form == TableForm::markdown && columns_.size() > 1 && columns_.size() <= most_markdown_columns) {
      write_markdown(out);
    } else {
      write_plain(out);
    }
    rows_.clear();
    columns_.clear();
  }

 private:
  /// Columns that are used get the numbers 0, 1, 2, …
  void number_columns() {
    for (const SourceRow& row : rows_)
      for (const SourceCell& cell : row.cells)
        columns_.push_back(cell.column);
    std::ranges::sort(columns_);
    columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
    for (SourceRow& row : rows_)
      for (SourceCell& cell : row.cells)
        cell.column =
            static_cast<std::uint32_t>(std::ranges::lower_bound(columns_, cell.column) - columns_.begin());
  }

  std::vector<std::size_t> widths() const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const SourceRow& row : rows_)
      for (const SourceCell& cell : row.cells)
        if (cell.columns == 1)  // Others reach into the next columns.
          widths[cell.column] = std::max(widths[cell.column], std::min(characters(cell.text), widest_column));
    return widths;
  }

  bool can_be_aligned(const std::vector<std::size_t>& widths) const {
    if (columns_.size() > most_aligned_columns) return false;
    std::size_t width = 0, text = 4096;
    for (const std::size_t column : widths)
      width += column + 2;
    for (const SourceRow& row : rows_)
      for (const SourceCell& cell : row.cells)
        text += cell.text.size();
    return width * rows_.size() <= text * most_padding;
  }

  void write_plain(std::string& out) const {
    std::vector<std::size_t> begins = widths();
    const bool is_aligned = can_be_aligned(begins);
    std::size_t begin = 0;
    for (std::size_t& column : begins)
      begin += std::exchange(column, begin) + 2;
    for (const SourceRow& row : rows_) {
      if (row.begins_page) out += '\f';
      std::size_t at = 0;
      for (const SourceCell& cell : row.cells) {
        const std::size_t apart = at == 0 ? 0 : 2;
        const std::size_t blanks =
            is_aligned && begins[cell.column] > at + apart ? begins[cell.column] - at : apart;
        out.append(blanks, ' ');
        out += cell.text;
        at += blanks + characters(cell.text);
      }
      if (!row.cells.empty()) out += '\n';
    }
  }

  void write_markdown(std::string& out) const {
    bool is_first = true;
    for (const SourceRow& row : rows_) {
      if (row.cells.empty()) continue;
      if (row.begins_page && !is_first) out += '\f';
      std::vector<std::string_view> texts(columns_.size());
      for (const SourceCell& cell : row.cells)
        texts[cell.column] = cell.text;
      for (const std::string_view text : texts) {
        out += "| ";
        for (const char c : text)
          out += c == '|' ? std::string("\\|") : std::string(1, c);
        out += text.empty() ? "" : " ";
      }
      out += "|\n";
      if (std::exchange(is_first, false)) {
        for (std::size_t i = 0; i < columns_.size(); ++i)
          out += "| --- ";
        out += "|\n";
      }
    }
  }

  std::vector<SourceRow> rows_;
  std::vector<std::uint32_t> columns_;  ///< Those that are used, sorted.
};

bool has_one_column(const SourceTable& table) {
  const SourceCell* first = nullptr;
  for (const SourceRow& row : table.rows)
    for (const SourceCell& cell : row.cells) {
      if (trim(cell.text).empty()) continue;
      if (first != nullptr && first->column != cell.column) return false;
      first = &cell;
    }
  return true;
}

}  // namespace

void append_table(std::string& out, SourceTable table, TableForm form) {
  const bool is_list = has_one_column(table);
  Block block;
  for (SourceRow& row : table.rows) {
    if (!is_list && std::ranges::none_of(row.cells, is_long)) {
      block.add(std::move(row));
      continue;
    }
    block.write(out, form);
    if (row.begins_page) out += '\f';
    for (const SourceCell& cell : row.cells)
      append_lines(out, cell.text);
  }
  block.write(out, form);
}

}  // namespace docket::worker
