#include "worker/text/markdown_tables.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr std::size_t fewest_cells = 3;
constexpr std::size_t fewest_rows = 3;
constexpr std::size_t most_columns = 100;  ///< A line of more cells is read no further, and no row.

/// A stretch of a line without two blanks in it; where it stands is in points, or in characters.
struct TableCell {
  std::uint32_t begin = 0, end = 0;
  float left = 0, right = 0;
};

struct TableLine {
  std::uint32_t begin = 0, end = 0;  ///< Without the line's end.
  std::vector<TableCell> cells;
};

/// Copies stretches of a page's text, in any order, with their words.
class PageCopier {
 public:
  explicit PageCopier(const Page& from) : from_(from) {}

  void copy(std::uint32_t begin, std::uint32_t end) {
    const auto moved = static_cast<std::uint32_t>(out.text.size());
    for (std::size_t i = first_word(begin); i < from_.words.size() && from_.words[i].offset < end; ++i) {
      Word word = from_.words[i];
      word.offset = word.offset - begin + moved;
      out.words.push_back(word);
    }
    out.text.append(from_.text, begin, end - begin);
  }

  /// The same, `|` as `\|`.
  void copy_cell(std::uint32_t begin, std::uint32_t end) {
    const std::size_t words_before = out.words.size(), first = out.text.size();
    copy(begin, end);
    const std::string_view cell = std::string_view(from_.text).substr(begin, end - begin);
    if (cell.find('|') == cell.npos) return;
    std::vector<std::uint32_t> bars_before = {0};  // Each byte of the cell, and its end.
    std::string escaped;
    for (const char c : cell) {
      if (c == '|') escaped += '\\';
      escaped += c;
      bars_before.push_back(bars_before.back() + (c == '|'));
    }
    for (std::size_t i = words_before; i < out.words.size(); ++i) {
      Word& word = out.words[i];
      const std::size_t at = word.offset - first,
                        behind = std::min<std::size_t>(at + word.length, cell.size());
      word.length += bars_before[behind] - bars_before[at];
      word.offset += bars_before[at];
    }
    out.text.replace(first, std::string::npos, escaped);
  }

  Page out;

 private:
  std::size_t first_word(std::uint32_t begin) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(from_.words, begin, {}, &Word::offset) -
                                    from_.words.begin());
  }
  const Page& from_;
};

class LineReader {
 public:
  explicit LineReader(const Page& page) : page_(page) {}

  std::vector<TableLine> read() {
    std::vector<TableLine> lines;
    const std::string_view text = page_.text;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      lines.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), {}});
      read_cells(lines.back());
      begin = end + 1;
    }
    return lines;
  }

 private:
  void read_cells(TableLine& line) {
    const std::string_view text = std::string_view(page_.text).substr(0, line.end);
    for (std::size_t begin = text.find_first_not_of(' ', line.begin);
         begin < text.size() && line.cells.size() <= most_columns;) {
      const std::size_t gap = std::min(text.find("  ", begin), text.size());
      TableCell cell{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(gap), 0, 0};
      while (cell.end > cell.begin && text[cell.end - 1] == ' ')
        --cell.end;
      place(line, cell);
      line.cells.push_back(cell);
      begin = text.find_first_not_of(' ', gap);
    }
  }

  void place(const TableLine& line, TableCell& cell) {
    const std::string_view text = page_.text;
    while (word_ < page_.words.size() && page_.words[word_].offset < cell.begin)
      ++word_;
    if (word_ == page_.words.size() || page_.words[word_].offset >= cell.end) {
      cell.left = static_cast<float>(characters(text.substr(line.begin, cell.begin - line.begin)));
      cell.right = cell.left + static_cast<float>(characters(text.substr(cell.begin, cell.end - cell.begin)));
      return;
    }
    cell.left = std::numeric_limits<float>::max();
    for (; word_ < page_.words.size() && page_.words[word_].offset < cell.end; ++word_) {
      cell.left = std::min(cell.left, page_.words[word_].box.left);
      cell.right = std::max(cell.right, page_.words[word_].box.right);
    }
  }

  const Page& page_;
  std::size_t word_ = 0;
};

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text,
                             [](char c) { return is_alpha(c) || static_cast<unsigned char>(c) >= 0xC0; });
}

/// Where the columns of a table stand, and its rows.
class Table {
 public:
  Table(const Page& page, const std::vector<TableLine>& lines, std::size_t first, std::size_t last)
      : page_(page) {
    find_columns(lines, first, last);
    for (std::size_t i = first; i < last; ++i) {
      if (!lines[i].cells.empty()) add(lines[i]);
    }
  }

  void write(PageCopier& out) const {
    write(out, rows_.front());
    out.out.text += '|';
    for (std::size_t i = 0; i < columns_.size(); ++i)
      out.out.text += " --- |";
    out.out.text += '\n';
    for (std::size_t i = 1; i < rows_.size(); ++i)
      write(out, rows_[i]);
  }

 private:
  using Row = std::vector<std::vector<TableCell>>;  ///< The pieces of each of its cells.

  /// The middle places of the cells of rows with the most cells that two rows have.
  void find_columns(const std::vector<TableLine>& lines, std::size_t first, std::size_t last) {
    std::map<std::size_t, std::size_t> counts;
    for (std::size_t i = first; i < last; ++i) {
      if (lines[i].cells.size() >= fewest_cells) ++counts[lines[i].cells.size()];
    }
    auto most = std::prev(counts.end());
    while (most->second == 1 && most != counts.begin())
      --most;
    if (most->second == 1) most = std::prev(counts.end());
    for (std::size_t column = 0; column < most->first; ++column) {
      std::vector<float> lefts, rights;
      for (std::size_t i = first; i < last; ++i) {
        if (lines[i].cells.size() != most->first) continue;
        lefts.push_back(lines[i].cells[column].left);
        rights.push_back(lines[i].cells[column].right);
      }
      columns_.push_back({0, 0, middle(lefts), middle(rights)});
    }
  }

  static float middle(std::vector<float>& values) {
    const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), half, values.end());
    return *half;
  }

  /// The column that most of the cell is in, or that is nearest; not before column `from`.
  std::size_t column_of(const TableCell& cell, std::size_t from) const {
    std::size_t best = from;
    const auto fit = [&](std::size_t column) {
      return std::min(cell.right, columns_[column].right) - std::max(cell.left, columns_[column].left);
    };
    for (std::size_t i = from; i < columns_.size(); ++i) {
      if (fit(i) > fit(best)) best = i;
    }
    return best;
  }

  void add(const TableLine& line) {
    Row row(columns_.size());
    if (line.cells.size() == columns_.size()) {
      for (std::size_t i = 0; i < columns_.size(); ++i)
        row[i].push_back(line.cells[i]);
    } else {
      std::size_t column = 0;
      for (const TableCell& cell : line.cells) {
        column = column_of(cell, column);
        row[column].push_back(cell);
      }
      if (line.cells.size() == 1 && continues(column, line.cells.front())) {
        rows_.back()[column].push_back(line.cells.front());
        return;
      }
    }
    rows_.push_back(std::move(row));
  }

  bool continues(std::size_t column, const TableCell& cell) const {
    return column > 0 && !rows_.empty() && !rows_.back()[column].empty() && has_letter(text_of(cell)) &&
           has_letter(text_of(rows_.back()[column].back()));
  }

  std::string_view text_of(const TableCell& cell) const {
    return std::string_view(page_.text).substr(cell.begin, cell.end - cell.begin);
  }

  static void write(PageCopier& out, const Row& row) {
    out.out.text += '|';
    for (const std::vector<TableCell>& pieces : row) {
      for (const TableCell& piece : pieces) {
        out.out.text += ' ';
        out.copy_cell(piece.begin, piece.end);
      }
      out.out.text += " |";
    }
    out.out.text += '\n';
  }

  const Page& page_;
  std::vector<TableCell> columns_;
  std::vector<Row> rows_;
};

/// Finds the lines of the next table: rows of three cells or more, and between two of them what may belong to
/// a row (lines of two cells, or of one that stands right of the table's left edge, and empty ones) and at
/// most one line of another kind.
class TableFinder {
 public:
  explicit TableFinder(const std::vector<TableLine>& lines) : lines_(lines) {}

  /// [first, last) of the next table from `from` on; first == last: there is none.
  std::pair<std::size_t, std::size_t> next(std::size_t from) {
    forget();
    for (std::size_t i = from; i < lines_.size(); ++i) {
      const std::vector<TableCell>& cells = lines_[i].cells;
      if (cells.size() >= fewest_cells && cells.size() <= most_columns) {
        add_row(i);
      } else if (rows_ > 0 && !belongs(i)) {
        if (rows_ >= fewest_rows) break;
        forget();
      }
    }
    return rows_ >= fewest_rows ? std::pair(first_, last_) : std::pair(lines_.size(), lines_.size());
  }

 private:
  void forget() { rows_ = inner_ = others_ = 0; }

  void add_row(std::size_t i) {
    const float left = lines_[i].cells.front().left;
    left_ = rows_ == 0 ? left : std::min(left_, left);
    if (rows_++ == 0) first_ = i;
    last_ = i + 1;
    inner_ = others_ = 0;
  }

  bool belongs(std::size_t i) {
    const std::vector<TableCell>& cells = lines_[i].cells;
    if (cells.size() > most_columns) return false;
    const bool is_inner =
        cells.size() != 1 || cells.front().left > left_ + (cells.front().right - cells.front().left) * 0.05f;
    const bool is_heading = !is_inner && i > 0 && lines_[i - 1].cells.empty();
    if (is_heading) return false;
    ++(is_inner ? inner_ : others_);
    if (cells.size() == 2 && inner_ == 1 && others_ == 0) last_ = i + 1;  // The sum below the last row.
    return inner_ <= most_inner_lines && others_ <= 1;
  }

  static constexpr std::size_t most_inner_lines = 5;
  const std::vector<TableLine>& lines_;
  std::size_t first_ = 0, last_ = 0, rows_ = 0, inner_ = 0, others_ = 0;
  float left_ = 0;
};

}  // namespace

void write_tables_as_markdown(Page& page) {
  const std::vector<TableLine> lines = LineReader(page).read();
  PageCopier out(page);
  TableFinder tables(lines);
  std::uint32_t copied = 0;
  for (std::size_t at = 0; at < lines.size();) {
    const auto [first, last] = tables.next(at);
    if (first == last) break;
    out.copy(copied, lines[first].begin);
    if (!out.out.text.empty() && !out.out.text.ends_with("\n\n")) out.out.text += '\n';
    Table(page, lines, first, last).write(out);
    copied = std::min<std::uint32_t>(lines[last - 1].end + 1, static_cast<std::uint32_t>(page.text.size()));
    if (last < lines.size() && !lines[last].cells.empty()) out.out.text += '\n';
    at = last;
  }
  if (copied == 0) return;
  out.copy(copied, static_cast<std::uint32_t>(page.text.size()));
  page.text = std::move(out.out.text);
  page.words = std::move(out.out.words);
}

}  // namespace docket::worker
