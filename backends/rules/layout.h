#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/reading/folded.h"
#include "pipeline/text.h"

namespace docket::rules {

/// A piece of a line that stands for itself: a cell of a table, a label, a value, or a whole line of prose.
struct Cell {
  std::uint32_t page = 0;                         ///< From 0.
  std::uint32_t line = 0;                         ///< Line of the page's text, from 0.
  std::uint32_t row = 0;                          ///< Into Layout::rows.
  std::uint32_t begin = 0, end = 0;               ///< Bytes of the page's text.
  std::uint32_t first_token = 0, last_token = 0;  ///< [first, last) of the page's folded tokens.
  Box box;

  float height() const { return box.bottom - box.top; }
};

/// Cells that stand side by side on a page, whatever order the text has them in.
struct Row {
  std::uint32_t page = 0;
  std::uint32_t first = 0, count = 0;  ///< Into Layout::in_rows; from left to right.
  float middle = 0;                    ///< Vertical middle.
};

/// Where everything stands. A text without word boxes gets the geometry of a typewriter, so that what follows
/// needs no second way.
class Layout {
 public:
  /// `text` must outlive the layout. Reads at most `page_limit` pages.
  Layout(const Text& text, std::size_t page_limit);

  const std::vector<Cell>& cells() const { return cells_; }
  const std::vector<Row>& rows() const { return rows_; }
  const Folded& folded(std::uint32_t page) const { return folded_[page]; }
  std::string_view page_text(std::uint32_t page) const { return text_.pages[page].text; }
  const std::string& language() const { return text_.language; }
  std::size_t pages() const { return folded_.size(); }

  std::span<const std::uint32_t> row_cells(std::uint32_t row) const {
    return std::span(in_rows_).subspan(rows_[row].first, rows_[row].count);
  }
  std::string_view cell_text(const Cell& cell) const {
    return page_text(cell.page).substr(cell.begin, cell.end - cell.begin);
  }
  /// The height of a line of text on the page that is neither very large nor very small.
  float line_height(std::uint32_t page) const { return line_heights_[page]; }
  /// The union of the boxes of the words that touch [begin, end) of the page's text; false: there are none.
  /// Like those of cells, of the page brought upright.
  bool box_of(std::uint32_t page, std::uint32_t begin, std::uint32_t end, Box& box) const;
  /// The same, of the page as its file has it.
  bool box_on_page(std::uint32_t page, std::uint32_t begin, std::uint32_t end, Box& box) const;
  /// [begin, end) of the page's text, squeezed, and without the blanks that are none: where letters are set
  /// far apart, programs that read PDFs see "Liefer ant".
  std::string plain_text(std::uint32_t page, std::uint32_t begin, std::uint32_t end) const;
  /// Cells of the page, in the order of the text.
  std::span<const Cell> page_cells(std::uint32_t page) const {
    return std::span(cells_).subspan(first_cell_[page], first_cell_[page + 1] - first_cell_[page]);
  }
  /// How wide the two overlap horizontally; negative: the gap between them.
  static float overlap(const Box& a, const Box& b);

 private:
  static bool unite(std::span<const Word> words, std::uint32_t begin, std::uint32_t end, Box& box);
  std::span<const Word> words(std::uint32_t page) const;
  void add_page(std::uint32_t page);
  void add_rows(std::uint32_t page);

  const Text& text_;
  std::vector<Folded> folded_;
  std::vector<std::vector<Word>> upright_;  ///< Words of pages that are askew; empty for others.
  std::vector<float> line_heights_;
  std::vector<std::uint32_t> first_cell_;
  std::vector<Cell> cells_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> in_rows_;
};

}  // namespace docket::rules
