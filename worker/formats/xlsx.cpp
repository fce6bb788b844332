#include "worker/formats/xlsx.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/number_format.h"
#include "worker/formats/ooxml_package.h"
#include "worker/formats/unseen.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

constexpr std::uint32_t most_sheet_columns = 1 << 14;

/// The text of a shared or inline string, without the signs that tell how it is read aloud.
std::string string_of(const pugi::xml_node& item) {
  std::string text;
  for (const pugi::xml_node& node : item.children()) {
    if (local_name(node) == "t") text += node.text().get();
    if (local_name(node) == "r") text += child(node, "t").text().get();
  }
  return text;
}

/// The column of `AB12`, from 0.
std::optional<std::uint32_t> column_of(std::string_view reference) {
  std::uint32_t column = 0;
  std::size_t letters = 0;
  for (; letters < reference.size() && is_alpha(reference[letters]); ++letters) {
    column = column * 26 + static_cast<std::uint32_t>(to_upper(reference[letters]) - 'A') + 1;
    if (column > most_sheet_columns) return {};
  }
  return letters == 0 ? std::nullopt : std::optional(column - 1);
}

bool is_true(std::string_view value) { return value == "1" || value == "true"; }

/// What cells of all sheets refer to.
class Workbook {
 public:
  Workbook(const OoxmlPackage& package, const pugi::xml_node& workbook)
      : is_1904_(is_true(attribute(child(workbook, "workbookPr"), "date1904"))) {
    if (const auto strings = package.xml(package.related(package.main_part(), "sharedStrings"))) {
      for (const pugi::xml_node& item : strings->first_child().children())
        if (local_name(item) == "si") strings_.push_back(string_of(item));
    }
    if (const auto styles = package.xml(package.related(package.main_part(), "styles")))
      read_formats(styles->first_child());
  }

  /// What a cell shows.
  std::string text_of(const pugi::xml_node& cell) const {
    const std::string_view type = attribute(cell, "t");
    if (type == "inlineStr") return string_of(child(cell, "is"));
    const std::string_view value = child(cell, "v").text().get();
    const std::string_view format = format_of(number(cell, "s").value_or(0));
    if (type == "s") {
      std::size_t index = 0;
      std::from_chars(value.data(), value.data() + value.size(), index);
      return index < strings_.size() ? formatted_text(strings_[index], format) : std::string();
    }
    if (type == "str") return formatted_text(value, format);
    if (type == "b") return is_true(value) ? "TRUE" : "FALSE";
    if (type == "e" || type == "d" || value.empty()) return std::string(value);
    double parsed = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), parsed);
    if (read.ec != std::errc()) return std::string(value);
    return formatted_number(parsed, format, is_1904_);
  }

 private:
  void read_formats(const pugi::xml_node& styles) {
    std::map<long, std::string> own;
    for (const pugi::xml_node& format : child(styles, "numFmts").children())
      own[number(format, "numFmtId").value_or(-1)] = attribute(format, "formatCode");
    for (const pugi::xml_node& cell : child(styles, "cellXfs").children()) {
      const long id = number(cell, "numFmtId").value_or(0);
      const auto found = own.find(id);
      formats_.push_back(found == own.end() ? std::string(built_in_format(id)) : found->second);
    }
  }

  std::string_view format_of(long style) const {
    return style >= 0 && static_cast<std::size_t>(style) < formats_.size()
               ? std::string_view(formats_[static_cast<std::size_t>(style)])
               : std::string_view();
  }

  const bool is_1904_;
  std::vector<std::string> strings_;
  std::vector<std::string> formats_;  ///< Of the cells' styles.
};

class SheetReader {
 public:
  SheetReader(const OoxmlPackage& package, const Workbook& workbook, TableForm tables)
      : package_(package), workbook_(workbook), tables_(tables) {}

  /// The sheet in `part`, as lines.
  Result<std::string> read(const std::string& part) {
    lines_.clear();
    hidden_.clear();
    const auto document = package_.xml(part);
    if (!document) return document.error();
    const pugi::xml_node sheet = document->first_child();
    for (const pugi::xml_node& column : child(sheet, "cols").children())
      if (is_true(attribute(column, "hidden")))
        hidden_.emplace_back(number(column, "min").value_or(1) - 1, number(column, "max").value_or(0) - 1);
    read_rows(child(sheet, "sheetData"));
    add_beside(part);
    return std::move(lines_);
  }

  const Unseen& unseen() const { return unseen_; }

 private:
  /// Rows with nothing between them are a table; empty rows part tables.
  void read_rows(const pugi::xml_node& data) {
    SourceTable table;
    long last = 0;
    for (const pugi::xml_node& node : data.children()) {
      if (local_name(node) != "row") continue;
      const long at = number(node, "r").value_or(last + 1);
      if (is_true(attribute(node, "hidden"))) {
        if (at == last + 1) last = at;
        for (const pugi::xml_node& cell : node.children())
          unseen_.add(workbook_.text_of(cell), Unseen::Reason::hidden);
        continue;
      }
      SourceRow row = read_row(node);
      if (row.cells.empty()) continue;
      if (at > last + 1) write(table);
      last = at;
      table.rows.push_back(std::move(row));
    }
    write(table);
  }

  SourceRow read_row(const pugi::xml_node& node) {
    SourceRow row;
    std::uint32_t next = 0;
    for (const pugi::xml_node& cell : node.children()) {
      if (local_name(cell) != "c") continue;
      const std::uint32_t column = column_of(attribute(cell, "r")).value_or(next);
      next = column + 1;
      std::string text = workbook_.text_of(cell);
      if (trim(text).empty()) continue;
      if (is_hidden(column)) {
        unseen_.add(text, Unseen::Reason::hidden);
      } else if (column < most_sheet_columns) {
        row.cells.push_back({column, std::move(text)});
      }
    }
    const auto by_column = [](const SourceCell& a, const SourceCell& b) { return a.column < b.column; };
    if (!std::ranges::is_sorted(row.cells, by_column)) std::ranges::stable_sort(row.cells, by_column);
    return row;
  }

  bool is_hidden(std::uint32_t column) const {
    return std::ranges::any_of(
        hidden_, [&](const auto& range) { return column >= range.first && column <= range.second; });
  }

  void write(SourceTable& table) {
    if (table.rows.empty()) return;
    if (!lines_.empty()) lines_ += '\n';
    append_table(lines_, std::exchange(table, {}), tables_);
  }

  void add_lines(const std::string& lines) {
    if (lines.empty()) return;
    if (!lines_.empty()) lines_ += '\n';
    lines_ += lines;
  }

  /// Text boxes, charts and comments.
  void add_beside(const std::string& part) {
    for (const auto& [id, relation] : package_.relations_of(part)) {
      if (relation.type == "drawing") add_drawing(relation.target);
      if (relation.type == "comments") add_comments(relation.target);
    }
  }

  void add_drawing(const std::string& part) {
    const auto document = package_.xml(part);
    if (!document) return;
    const Relations relations = package_.relations_of(part);
    walk(
        *document,
        [&](const pugi::xml_node& node) {
          const std::string_view name = local_name(node);
          if (name == "Fallback") return !child(node.parent(), "Choice");
          if (name == "txBody") add_lines(paragraphs(node));
          if (const auto relation = relations.find(attribute(node, "id"));
              relation != relations.end() && name == "chart")
            add_lines(package_.chart_text(relation->second.target));
          if (const auto data = relations.find(attribute(node, "dm"));
              data != relations.end() && name == "relIds")
            add_lines(package_.diagram_text(data->second.target));
          return name != "txBody";
        },
        [](const pugi::xml_node&) {});
  }

  static std::string paragraphs(const pugi::xml_node& body) {
    std::string lines;
    for (const pugi::xml_node& paragraph : body.children()) {
      if (local_name(paragraph) != "p") continue;
      lines += all_text(paragraph) + '\n';
    }
    return trim(lines).empty() ? std::string() : lines;
  }

  void add_comments(const std::string& part) {
    const auto document = package_.xml(part);
    if (!document) return;
    std::string lines;
    for (const pugi::xml_node& comment : child(document->first_child(), "commentList").children()) {
      std::string text = string_of(child(comment, "text"));
      std::ranges::replace(text, '\n', ' ');
      if (!trim(text).empty())
        lines +=
            "Comment (" + std::string(attribute(comment, "ref")) + "): " + std::string(trim(text)) + '\n';
    }
    add_lines(lines);
  }

  const OoxmlPackage& package_;
  const Workbook& workbook_;
  const TableForm tables_;
  std::string lines_;
  std::vector<std::pair<long, long>> hidden_;  ///< Columns.
  Unseen unseen_;
};

}  // namespace

Result<Extraction> read_xlsx(std::string_view bytes, TableForm tables) {
  const auto package = OoxmlPackage::open(bytes, "xl/workbook.xml");
  if (!package) return package.error();
  const auto document = package->xml(package->main_part());
  if (!document) return document.error();
  const pugi::xml_node workbook_node = document->first_child();
  const Workbook workbook(*package, workbook_node);
  const Relations relations = package->relations_of(package->main_part());
  SheetReader reader(*package, workbook, tables);
  FlowWriter flow(tables);
  Extraction out;
  std::size_t left_out = 0;
  std::set<std::string> read;  // A part that is named again and again would be read as often.
  for (const pugi::xml_node& sheet : child(workbook_node, "sheets").children()) {
    const std::string_view state = attribute(sheet, "state");
    if (state == "hidden" || state == "veryHidden") {
      ++left_out;
      continue;
    }
    const auto relation = relations.find(attribute(sheet, "id"));
    if (relation == relations.end() || !read.insert(relation->second.target).second) continue;
    const auto lines = reader.read(relation->second.target);
    if (!lines && lines.error().error_class != ErrorClass::damaged) return lines.error();
    if (!lines) out.value["problems"].push_back(lines.error().message);
    if (lines && !lines->empty()) {
      flow.add(attribute(sheet, "name"));
      flow.end_line();
      flow.add_lines(*lines);
    }
    flow.end_page();
  }
  if (left_out > 0)
    out.value["problems"].push_back(std::to_string(left_out) +
                                    (left_out == 1 ? " hidden sheet was" : " hidden sheets were") +
                                    " left out");
  out.text = flow.take_text();
  out.value["metadata"] = package->metadata();
  out.value["embedded_files"] = package->embedded_files();
  reader.unseen().report(out);
  return out;
}

}  // namespace docket::worker
