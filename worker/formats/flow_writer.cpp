#include "worker/formats/flow_writer.h"

#include <algorithm>
#include <utility>

#include "worker/text/plain_text.h"

namespace docket::worker {
namespace {

constexpr std::size_t deepest_table = 16;
constexpr std::uint32_t most_columns = 1 << 14;
constexpr std::uint32_t most_rows_of_a_cell = 1 << 16;

bool is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f'; }

bool ends_with_empty_line(const std::string& text) {
  return text.empty() || text == "\n" || text.ends_with("\n\n") || text.ends_with("\f") ||
         text.ends_with("\f\n");
}

}  // namespace

void FlowWriter::add(std::string_view utf8) {
  if (utf8.empty()) return;
  std::string& line = flow().line;
  const std::size_t before = line.size();
  line += utf8;
  std::replace_if(line.begin() + static_cast<std::ptrdiff_t>(before), line.end(), is_white, ' ');
}

void FlowWriter::add_collapsed(std::string_view utf8) {
  std::string& line = flow().line;
  for (const char c : utf8) {
    if (!is_white(c)) {
      line += c;
    } else if (!line.empty() && !is_white(line.back())) {
      line += ' ';
    }
  }
}

void FlowWriter::add_lines(std::string_view utf8) {
  std::string text(utf8);
  std::ranges::replace(text, '\f', '\n');
  break_line();
  if (text.empty()) return;
  if (flow().is_parted && !ends_with_empty_line(flow().text)) flow().text += '\n';
  flow().is_parted = false;
  flow().text += text;
  if (!text.ends_with('\n')) flow().text += '\n';
}

void FlowWriter::add_tab() { flow().line += '\t'; }

void FlowWriter::finish_line(Flow& flow) {
  const bool is_empty = std::ranges::all_of(flow.line, is_white);
  if (!is_empty) {
    if (flow.is_parted && !ends_with_empty_line(flow.text)) flow.text += '\n';
    flow.is_parted = false;
    flow.text += flow.line;
    flow.text += '\n';
  }
  flow.line.clear();
  if (flow.asides.empty()) return;
  flow.text += std::exchange(flow.asides, {});
  flow.is_parted = false;
}

void FlowWriter::end_line() {
  const bool was_empty = is_at_line_begin() && flow().asides.empty();
  finish_line(flow());
  if (was_empty) flow().is_parted = true;
}

void FlowWriter::break_line() { finish_line(flow()); }

void FlowWriter::part() {
  break_line();
  flow().is_parted = true;
}

bool FlowWriter::is_at_line_begin() const { return std::ranges::all_of(flows_.back().line, is_white); }

bool FlowWriter::is_within_cell() const {
  return std::ranges::any_of(open_, [](const Open& open) { return open.kind != Kind::nothing; });
}

void FlowWriter::end_page() {
  while (is_within_cell())
    end();
  break_line();
  flow().is_parted = false;
  pages_.push_back(std::exchange(flow().text, {}));
}

void FlowWriter::break_page() {
  if (is_within_cell()) {
    // Only rows of a table that stands in the text itself can begin a page.
    if (tables_.size() == 1 && !tables_.front().table.rows.empty() && flows_.size() == 2)
      tables_.front().table.rows.back().begins_page = true;
    return;
  }
  break_line();
  flow().is_parted = false;
  if (!flow().text.empty() && !flow().text.ends_with('\f')) flow().text += '\f';
}

void FlowWriter::begin(Kind kind, std::uint32_t columns, std::uint32_t rows) {
  open_.push_back({kind, columns, rows});
}

void FlowWriter::begin_table() {
  if (tables_.size() >= deepest_table) return begin(Kind::nothing);
  break_line();
  tables_.emplace_back();
  begin(Kind::table);
}

void FlowWriter::begin_row() {
  if (!is_open(Kind::table)) {
    break_line();
    return begin(Kind::nothing);
  }
  tables_.back().table.rows.emplace_back();
  tables_.back().column = 0;
  begin(Kind::row);
}

void FlowWriter::pass_held(OpenTable& table) {
  while (table.column < table.held.size() && table.held[table.column] > 0)
    --table.held[table.column++];
}

void FlowWriter::begin_cell(std::uint32_t columns, std::uint32_t rows) {
  if (!is_open(Kind::row)) {
    break_line();
    return begin(Kind::nothing);
  }
  pass_held(tables_.back());
  flows_.emplace_back();
  begin(Kind::cell, std::clamp<std::uint32_t>(columns, 1, most_columns),
        std::clamp<std::uint32_t>(rows, 1, most_rows_of_a_cell));
}

void FlowWriter::skip_cells(std::uint32_t columns) {
  if (is_open(Kind::row)) tables_.back().column += std::min(columns, most_columns);
}

void FlowWriter::begin_aside() {
  flows_.emplace_back();
  begin(Kind::aside);
}

void FlowWriter::begin_note() {
  flows_.emplace_back();
  begin(Kind::note);
}

void FlowWriter::end_cell(const Open& cell) {
  finish_line(flow());
  Flow content = std::move(flows_.back());
  flows_.pop_back();
  OpenTable& table = tables_.back();
  if (cell.rows > 1 && table.column + cell.columns <= most_columns) {
    table.held.resize(std::max<std::size_t>(table.held.size(), table.column + cell.columns));
    std::fill_n(table.held.begin() + table.column, cell.columns, cell.rows - 1);
  }
  if (!content.text.empty())
    table.table.rows.back().cells.push_back(
        {table.column, std::move(content.text), cell.columns, content.has_table});
  table.column += std::min(cell.columns, most_columns);
}

void FlowWriter::end_table() {
  SourceTable table = std::move(tables_.back().table);
  tables_.pop_back();
  break_line();
  std::string rows;
  append_table(rows, std::move(table), form_);
  if (rows.empty()) return;
  Flow& around = flow();
  if (around.is_parted && !ends_with_empty_line(around.text)) around.text += '\n';
  around.is_parted = false;
  around.has_table = true;
  if (around.text.empty()) {
    around.text = std::move(rows);
  } else {
    around.text += rows;
  }
}

void FlowWriter::end() {
  if (open_.empty()) return;
  const Open open = open_.back();
  open_.pop_back();
  switch (open.kind) {
    case Kind::nothing:
      return break_line();
    case Kind::table:
      return end_table();
    case Kind::row:
      while (tables_.back().column < tables_.back().held.size()) {
        pass_held(tables_.back());
        ++tables_.back().column;
      }
      return;
    case Kind::cell:
      return end_cell(open);
    case Kind::aside:
    case Kind::note:
      break;
  }
  finish_line(flow());
  std::string text = std::move(flow().text);
  flows_.pop_back();
  (open.kind == Kind::aside ? flow().asides : notes_) += text;
}

std::string FlowWriter::take_notes() { return std::exchange(notes_, {}); }

std::vector<std::string> FlowWriter::take_pages() {
  while (!open_.empty())
    end();
  break_line();
  if (!flow().text.empty() || pages_.empty()) end_page();
  return std::exchange(pages_, {});
}

Text FlowWriter::take_text() {
  Text text;
  for (const std::string& page : take_pages())
    for (Page& cleaned : text_pages(page).pages)
      text.pages.push_back(std::move(cleaned));
  return text;
}

}  // namespace docket::worker
