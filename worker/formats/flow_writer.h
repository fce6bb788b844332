#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/text.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Collects the text of a document whose source says what is a paragraph, a cell or a box beside the text.
///
/// What is opened by a `begin_…` is closed by `end()`, innermost first. What cannot stand where it is opened
/// (a row outside of a table, tables within tables without end) is opened without effect, so a reader only
/// has to close what it opened.
class FlowWriter {
 public:
  explicit FlowWriter(TableForm form = TableForm::plain) : form_(form) {}

  /// Adds to the line. Line ends and tabs in `utf8` are blanks.
  void add(std::string_view utf8);
  /// The same, a run of blanks being one, and none at the begin of a line: as HTML is shown.
  void add_collapsed(std::string_view utf8);
  /// Adds complete lines as they are, tabs and line ends included.
  void add_lines(std::string_view utf8);
  void add_tab();
  /// Ends the line, be it empty; more than one empty line never follow one another.
  void end_line();
  /// Ends the line if anything is on it.
  void break_line();
  /// An empty line before whatever comes next.
  void part();
  void end_page();
  /// Ends the page if anything is on it; within a table, before the row.
  void break_page();

  void begin_table();
  void begin_row();
  void begin_cell(std::uint32_t columns = 1, std::uint32_t rows = 1);
  /// Moves the next cell of the open row on by so many columns.
  void skip_cells(std::uint32_t columns);
  /// A box beside the text: what is in it follows the line on which it stands.
  void begin_aside();
  /// What is in it is kept for `take_notes`, such as a footnote.
  void begin_note();
  void end();

  /// What stands in notes since the last call, in order.
  std::string take_notes();

  bool is_at_line_begin() const;
  std::size_t open() const { return open_.size(); }

  /// All pages; closes what is open. A page without text is one, but for a last one.
  std::vector<std::string> take_pages();
  /// The same as the pages of a document: cleaned.
  Text take_text();

 private:
  struct Flow {
    std::string text;  ///< Complete lines.
    std::string line;
    std::string asides;  ///< Of the line.
    bool is_parted = false;
    bool has_table = false;
    bool begins_page = false;
  };
  enum class Kind { nothing, table, row, cell, aside, note };
  struct Open {
    Kind kind;
    std::uint32_t columns;
    std::uint32_t rows;
  };
  struct OpenTable {
    SourceTable table;
    std::uint32_t column = 0;         ///< Of the next cell in the open row.
    std::vector<std::uint32_t> held;  ///< For how many more rows a cell above reaches down, by column.
  };

  Flow& flow() { return flows_.back(); }
  bool is_open(Kind kind) const { return !open_.empty() && open_.back().kind == kind; }
  bool is_within_cell() const;
  void begin(Kind kind, std::uint32_t columns = 1, std::uint32_t rows = 1);
  static void finish_line(Flow& flow);
  void end_cell(const Open& cell);
  void end_table();
  static void pass_held(OpenTable& table);

  TableForm form_;
  std::vector<Flow> flows_{1};
  std::vector<Open> open_;
  std::vector<OpenTable> tables_;
  std::string notes_;
  std::vector<std::string> pages_;
};

}  // namespace docket::worker
