#include "worker/formats/odf.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/odf_styles.h"
#include "worker/formats/ooxml_package.h"
#include "worker/formats/unseen.h"
#include "worker/formats/xml.h"
#include "worker/formats/zip_parts.h"
#include "worker/text/clean_text.h"
#include "worker/text/passwords.h"

namespace docket::worker {
namespace {

constexpr long most_repeated_cells = 1024;  ///< In a row; a sheet of an office program has so many.
constexpr long most_repeated_rows = 1000;
constexpr long most_copies = 20'000;  ///< Of cells, in all sheets.
constexpr long longest_blanks = 200;  ///< Of one `text:s`.

bool is_in(const pugi::xml_node& node, std::string_view prefix) {
  return std::string_view(node.name()).starts_with(prefix);
}

/// Shapes of a drawing that may have text in them.
bool is_box(const pugi::xml_node& node, std::string_view name) {
  constexpr std::string_view names[] = {"text-box",  "custom-shape", "rect",           "ellipse", "circle",
                                        "polygon",   "path",         "caption",        "line",    "polyline",
                                        "connector", "measure",      "regular-polygon"};
  return is_in(node, "draw:") && std::ranges::find(names, name) != std::end(names);
}

bool is_never_shown(const pugi::xml_node& node, std::string_view name) {
  constexpr std::string_view names[] = {
      "forms",          "script",           "event-listeners", "sequence-decls",       "variable-decls",
      "change-info",    "user-field-decls", "settings",        "dde-connection-decls", "binary-data",
      "annotation-end", "meta-field-source"};
  return std::ranges::find(names, name) != std::end(names) || name.ends_with("-source") ||
         is_in(node, "svg:");
}

using SubDocument = std::function<std::optional<pugi::xml_document>(std::string_view folder)>;

/// Words of a formula (MathML) or a chart within the document.
std::string object_text(const pugi::xml_node& root) {
  std::string text;
  walk(
      root,
      [&](const pugi::xml_node& node) {
        const std::string_view name = local_name(node);
        if (name == "annotation" || name.ends_with("styles") || is_in(node, "table:")) return false;
        if (is_text(node) && !trim(node.value()).empty()) {
          if (!text.empty()) text += ' ';
          text += trim(node.value());
        }
        return true;
      },
      [](const pugi::xml_node&) {});
  return text;
}

class OdfReader {
 public:
  OdfReader(const OdfStyles& styles, SubDocument sub_document, TableForm tables)
      : styles_(styles), sub_document_(std::move(sub_document)), tables_(tables), flow_(tables) {}

  void read(const pugi::xml_node& content, const pugi::xml_node& styles) {
    const pugi::xml_node body = child(content, "body");
    masters_ = child(styles, "master-styles");
    if (const pugi::xml_node text = child(body, "text")) {
      read_text(text);
    } else if (const pugi::xml_node book = child(body, "spreadsheet")) {
      read_sheets(book);
    } else {
      read_drawn_pages(child(body, "presentation") ? child(body, "presentation") : child(body, "drawing"));
    }
  }

  Text take_text() { return flow_.take_text(); }

  void report(Extraction& out) const {
    if (left_out_ > 0)
      out.value["problems"].push_back(std::to_string(left_out_) + " hidden " +
                                      (left_out_ == 1 ? "sheet or slide was" : "sheets or slides were") +
                                      " left out");
    unseen_.report(out);
  }

 private:
  void read_text(const pugi::xml_node& text) {
    read_frames("header");
    flow_.part();
    read_flow(text);
    flow_.part();
    flow_.add_lines(flow_.take_notes());
    flow_.part();
    read_frames("footer");
  }

  /// Headers or footers of the pages that the text uses, each once.
  void read_frames(std::string_view kind) {
    std::set<std::string> known;
    for (const pugi::xml_node& page : masters_.children()) {
      const std::string name(attribute(page, "name"));
      const auto& used = styles_.master_pages();
      if (local_name(page) != "master-page") continue;
      if (name != "Standard" && std::ranges::find(used, name) == used.end()) continue;
      for (const pugi::xml_node& frame : page.children()) {
        if (!local_name(frame).starts_with(kind) || attribute(frame, "display") == "false") continue;
        if (known.insert(all_text(frame)).second) read_flow(frame);
      }
    }
  }

  void read_drawn_pages(const pugi::xml_node& pages) {
    std::set<std::string> masters;
    for (const pugi::xml_node& page : pages.children()) {
      if (local_name(page) != "page") continue;
      if (styles_.find(attribute(page, "style-name")).is_hidden) {
        ++left_out_;
        continue;
      }
      read_flow(page);
      const std::string master(attribute(page, "master-page-name"));
      if (masters.insert(master).second) read_master(master);
      flow_.part();
      if (const pugi::xml_node notes = child(page, "notes")) {
        for (const pugi::xml_node& frame : notes.children())
          if (attribute(frame, "class") == "notes") read_flow(frame);
      }
      flow_.add_lines(flow_.take_notes());
      flow_.end_page();
    }
  }

  /// What a master draws on each page, but for its placeholders.
  void read_master(std::string_view name) {
    for (const pugi::xml_node& page : masters_.children()) {
      if (local_name(page) != "master-page" || attribute(page, "name") != name) continue;
      for (const pugi::xml_node& shape : page.children())
        if (is_in(shape, "draw:") && attribute(shape, "class").empty()) read_flow(shape);
    }
  }

  void read_flow(const pugi::xml_node& root) {
    walk(
        root, [this](const pugi::xml_node& node) { return enter(node); },
        [this](const pugi::xml_node& node) { leave(node); });
    flow_.break_line();
  }

  void add(std::string_view text) {
    if (trim(text).empty() && flow_.is_at_line_begin()) return;
    if (!label_.empty()) flow_.add(std::exchange(label_, {}) + " ");
    flow_.add_collapsed(text);
  }

  bool enter(const pugi::xml_node& node) {
    if (is_text(node)) {
      if (paragraphs_ > 0) add(node.value());
      return false;
    }
    if (node.type() != pugi::node_element) return false;
    const std::string_view name = local_name(node);
    if (is_never_shown(node, name)) return false;
    if (is_hidden(node, name)) return false;
    if (name == "p" || name == "h") return enter_paragraph(node, name);
    if (name == "list") enter_list(node);
    if (name == "list-item") enter_item(node);
    if (name == "table" && is_in(node, "table:")) flow_.begin_table();
    if (name == "table-row") flow_.begin_row();
    if (name == "table-cell" || name == "covered-table-cell") flow_.begin_cell();
    if (is_box(node, name)) enter_box();
    return enter_sign(node, name);
  }

  bool is_hidden(const pugi::xml_node& node, std::string_view name) {
    if (name == "tracked-changes") {
      unseen_.add(all_text(node), Unseen::Reason::deleted);
      return true;
    }
    if (name == "notes" && is_in(node, "presentation:")) return true;  // Read behind the page.
    if (is_in(node, "draw:") && attribute(node, "placeholder") == "true") return true;
    const bool is_condition = name == "hidden-text" || name == "hidden-paragraph";
    const bool is_section = name == "section" && (attribute(node, "display") == "none");
    const bool is_row = name == "table-row" && !attribute(node, "visibility").empty() &&
                        attribute(node, "visibility") != "visible";
    const bool may_be_styled = name == "span" || name == "p" || name == "h";
    const bool is_styled = may_be_styled && styles_.find(attribute(node, "style-name")).is_hidden;
    const bool is_hidden_text =
        is_condition && attribute(node, "is-hidden") != "false" && name == "hidden-text";
    if (!is_hidden_text && !is_section && !is_row && !is_styled) return false;
    unseen_.add(all_text(node), Unseen::Reason::hidden);
    return true;
  }

  bool enter_paragraph(const pugi::xml_node& node, std::string_view name) {
    const OdfStyles::Style style = styles_.find(attribute(node, "style-name"));
    if (style.begins_page && paragraphs_ == 0) flow_.break_page();
    if (paragraphs_ == 0) flow_.break_line();
    ++paragraphs_;
    const long level = number(node, "outline-level").value_or(0);
    const bool is_outlined = name == "h" && level >= 1 && level <= static_cast<long>(OdfStyles::levels) &&
                             attribute(node, "is-list-header") != "true" && lists_.empty();
    if (is_outlined) label_ = outline_.next(styles_.outline(), static_cast<std::size_t>(level - 1));
    return true;
  }

  void enter_list(const pugi::xml_node& node) {
    std::string style(attribute(node, "style-name"));
    if (style.empty() && !lists_.empty()) style = lists_.back();
    const bool goes_on =
        attribute(node, "continue-numbering") == "true" || find_attribute(node, "continue-list");
    if (!goes_on) counters_[style].restart(lists_.size());
    lists_.push_back(std::move(style));
  }

  void enter_item(const pugi::xml_node&) {
    if (lists_.empty()) return;
    const OdfStyles::Levels* levels = styles_.list(lists_.back());
    label_ = levels == nullptr ? "-" : counters_[lists_.back()].next(*levels, lists_.size() - 1);
  }

  void enter_box() {
    if (paragraphs_ > 0) {
      flow_.begin_aside();
    } else {
      flow_.break_line();
    }
    boxes_.push_back(std::exchange(paragraphs_, 0));
  }

  void leave_box() {
    paragraphs_ = boxes_.back();
    boxes_.pop_back();
    if (paragraphs_ > 0) {
      flow_.end();
    } else {
      flow_.break_line();
    }
  }

  bool enter_sign(const pugi::xml_node& node, std::string_view name) {
    if (name == "s" && is_in(node, "text:")) {
      const long count = std::clamp(number(node, "c").value_or(1), 0L, longest_blanks);
      flow_.add(std::string(static_cast<std::size_t>(count), ' '));
    } else if (name == "tab") {
      flow_.add_tab();
    } else if (name == "line-break") {
      flow_.end_line();
    } else if (name == "soft-page-break") {
      flow_.break_page();
    } else if (name == "ruby-text") {
      add("(");
    } else if (name == "note") {
      enter_note(node);
      return false;
    } else if (name == "annotation") {
      add_comment(node);
      return false;
    } else if (name == "object") {
      add_object(node);
    }
    return true;
  }

  /// Its number where it stands, its text behind all.
  void enter_note(const pugi::xml_node& node) {
    const std::string citation = "[" + std::string(trim(all_text(child(node, "note-citation")))) + "]";
    add(citation);
    flow_.begin_note();
    flow_.add(citation + " ");
    add_plain_paragraphs(child(node, "note-body"));
    flow_.end();
  }

  void add_comment(const pugi::xml_node& node) {
    const std::string author = all_text(child(node, "creator"));
    flow_.begin_note();
    flow_.add(author.empty() ? "Comment: " : "Comment (" + author + "): ");
    add_plain_paragraphs(node);
    flow_.end();
  }

  /// Paragraphs of what stands outside of the text, without their lists and boxes.
  void add_plain_paragraphs(const pugi::xml_node& root) {
    walk(
        root,
        [this](const pugi::xml_node& node) {
          const std::string_view name = local_name(node);
          if (name != "p" && name != "h") return name != "creator" && name != "date" && name != "initials";
          flow_.add_collapsed(plain_paragraph(node));
          flow_.end_line();
          return false;
        },
        [](const pugi::xml_node&) {});
  }

  static std::string plain_paragraph(const pugi::xml_node& paragraph) {
    std::string text;
    walk(
        paragraph,
        [&](const pugi::xml_node& node) {
          const std::string_view name = local_name(node);
          if (is_text(node)) text += node.value();
          if (name == "s")
            text.append(
                static_cast<std::size_t>(std::clamp(number(node, "c").value_or(1), 0L, longest_blanks)), ' ');
          if (name == "tab" || name == "line-break") text += ' ';
          return name != "annotation" && !is_in(node, "svg:");
        },
        [](const pugi::xml_node&) {});
    return text;
  }

  void add_object(const pugi::xml_node& node) {
    if (node.first_child()) return;  // In a flat file, its content is there.
    std::string_view folder = attribute(node, "href");
    if (folder.starts_with("./")) folder.remove_prefix(2);
    if (folder.empty()) return;
    if (const auto content = sub_document_(folder)) {
      const std::string text = object_text(*content);
      if (paragraphs_ > 0) return add(text);
      flow_.add_lines(text);
    }
  }

  void leave(const pugi::xml_node& node) {
    if (node.type() != pugi::node_element) return;
    const std::string_view name = local_name(node);
    if (name == "p" || name == "h") {
      if (--paragraphs_ == 0) flow_.end_line();
      label_.clear();
    } else if (name == "list-item") {
      label_.clear();  // Of an item without a paragraph: it is not the next one's.
    } else if (name == "list") {
      lists_.pop_back();
    } else if ((name == "table" && is_in(node, "table:")) || name == "table-row" || name == "table-cell" ||
               name == "covered-table-cell") {
      flow_.end();
      const long repeated = number(node, "number-columns-repeated").value_or(1);
      if (repeated > 1 && name.ends_with("cell"))
        flow_.skip_cells(static_cast<std::uint32_t>(std::min(repeated - 1, most_repeated_cells)));
    } else if (name == "ruby-text") {
      add(")");
    } else if (is_box(node, name)) {
      leave_box();
    }
  }

  // Spreadsheets

  void read_sheets(const pugi::xml_node& book) {
    for (const pugi::xml_node& sheet : book.children()) {
      if (local_name(sheet) != "table") continue;
      if (styles_.find(attribute(sheet, "style-name")).is_hidden) {
        ++left_out_;
        continue;
      }
      sheet_.clear();
      rows_ = {};
      read_columns(sheet);
      read_rows(sheet);
      write_rows();
      if (!sheet_.empty()) {
        flow_.add(attribute(sheet, "name"));
        flow_.end_line();
        flow_.add_lines(sheet_);
      }
      flow_.part();
      if (const pugi::xml_node shapes = child(sheet, "shapes")) read_flow(shapes);
      flow_.add_lines(flow_.take_notes());
      flow_.end_page();
    }
  }

  /// Which columns are hidden.
  void read_columns(const pugi::xml_node& sheet) {
    hidden_.clear();
    long column = 0;
    walk(
        sheet,
        [&](const pugi::xml_node& node) {
          const std::string_view name = local_name(node);
          if (name == "table-row" || name == "table-rows" || name == "shapes") return false;
          if (name != "table-column") return true;
          const long count = std::clamp(number(node, "number-columns-repeated").value_or(1), 1L, 1L << 20);
          const std::string_view visibility = attribute(node, "visibility");
          if (!visibility.empty() && visibility != "visible")
            hidden_.emplace_back(column, column + count - 1);
          column += count;
          return false;
        },
        [](const pugi::xml_node&) {});
  }

  void read_rows(const pugi::xml_node& sheet) {
    walk(
        sheet,
        [&](const pugi::xml_node& node) {
          const std::string_view name = local_name(node);
          if (name == "table-row") add_row(node);
          return name != "table-row" && name != "shapes" && name != "forms";
        },
        [](const pugi::xml_node&) {});
  }

  void add_row(const pugi::xml_node& node) {
    SourceRow row = read_row(node);
    if (row.cells.empty()) return write_rows();
    const std::string_view visibility = attribute(node, "visibility");
    if (!visibility.empty() && visibility != "visible") {
      for (const SourceCell& cell : row.cells)
        unseen_.add(cell.text, Unseen::Reason::hidden);
      return;
    }
    const long repeated =
        std::clamp(number(node, "number-rows-repeated").value_or(1), 1L, most_repeated_rows);
    for (long i = 1; i < repeated && copies_ < most_copies; ++i) {
      copies_ += static_cast<long>(row.cells.size());
      rows_.rows.push_back(row);
    }
    rows_.rows.push_back(std::move(row));
  }

  void write_rows() {
    if (rows_.rows.empty()) return;
    if (!sheet_.empty()) sheet_ += '\n';
    append_table(sheet_, std::exchange(rows_, {}), tables_);
  }

  SourceRow read_row(const pugi::xml_node& node) {
    SourceRow row;
    long column = 0;
    for (const pugi::xml_node& cell : node.children()) {
      const std::string_view name = local_name(cell);
      if (name != "table-cell" && name != "covered-table-cell") continue;
      const long repeated = std::clamp(number(cell, "number-columns-repeated").value_or(1), 1L, 1L << 20);
      const std::string text = cell_text(cell);
      for (long i = 0; i < std::min(repeated, most_repeated_cells) && !text.empty(); ++i) {
        if (i > 0 && ++copies_ > most_copies) break;
        if (is_hidden_column(column + i)) {
          unseen_.add(text, Unseen::Reason::hidden);
        } else {
          row.cells.push_back({static_cast<std::uint32_t>(column + i), text});
        }
      }
      column = std::min(column + repeated, 1L << 24);
    }
    return row;
  }

  bool is_hidden_column(long column) const {
    return std::ranges::any_of(
        hidden_, [&](const auto& range) { return column >= range.first && column <= range.second; });
  }

  /// As it is shown, but for dates, which are ISO 8601.
  std::string cell_text(const pugi::xml_node& cell) {
    std::string text;
    for (const pugi::xml_node& node : cell.children()) {
      const std::string_view name = local_name(node);
      if (name == "p") text += (text.empty() ? "" : "\n") + plain_paragraph(node);
      if (name == "annotation") add_comment(node);
      if (is_in(node, "draw:") && name != "annotation") read_flow(node);
    }
    std::string date(attribute(cell, "date-value"));
    if (date.ends_with("T00:00:00")) date.resize(date.size() - 9);
    std::ranges::replace(date, 'T', ' ');
    return date.empty() || trim(text).empty() ? text : date;
  }

  const OdfStyles& styles_;
  const SubDocument sub_document_;
  const TableForm tables_;
  FlowWriter flow_;
  pugi::xml_node masters_;
  int paragraphs_ = 0;  ///< That are open.
  std::vector<int> boxes_;
  std::vector<std::string> lists_;  ///< The styles of those that are open.
  std::map<std::string, OdfCounter> counters_;
  OdfCounter outline_;
  std::string label_;  ///< Of an item, not yet written.
  std::string sheet_;
  SourceTable rows_;
  long copies_ = 0;                            ///< Of cells that were repeated.
  std::vector<std::pair<long, long>> hidden_;  ///< Columns.
  std::size_t left_out_ = 0;
  Unseen unseen_;
};

nlohmann::json odf_metadata(const pugi::xml_node& meta) {
  constexpr std::pair<const char*, std::string_view> texts[] = {
      {"title", "title"},      {"author", "initial-creator"}, {"author", "creator"},
      {"subject", "subject"},  {"keywords", "keyword"},       {"description", "description"},
      {"creator", "generator"}};
  nlohmann::json metadata = nlohmann::json::object();
  for (const auto& [name, element] : texts) {
    const std::string value = clean_utf8(trim(child(meta, element).text().get()));
    if (!value.empty() && !metadata.contains(name)) metadata[name] = value;
  }
  constexpr std::pair<const char*, std::string_view> dates[] = {{"created", "creation-date"},
                                                                {"modified", "date"}};
  for (const auto& [name, element] : dates)
    if (const auto date = document_date(child(meta, element).text().get())) metadata[name] = *date;
  return metadata;
}

bool is_wanted(std::string_view name) {
  const bool is_of_object = name.starts_with("Object ") && name.ends_with("/content.xml");
  return name == "content.xml" || name == "styles.xml" || name == "meta.xml" ||
         name == "META-INF/manifest.xml" || is_of_object;
}

bool is_encrypted(const ZipParts& zip) {
  const std::string* manifest = zip.part("META-INF/manifest.xml");
  return manifest != nullptr && manifest->find("encryption-data") != manifest->npos;
}

bool is_embedded_in_odf(std::string_view name) {
  const bool is_object = name.starts_with("Object ") && name.find('/') == name.npos;
  return name.starts_with("Pictures/") || name.starts_with("media/") || is_object;
}

}  // namespace

Result<Extraction> read_odf(std::string_view bytes, TableForm tables) {
  const auto zip = ZipParts::open(bytes, is_wanted);
  if (!zip) return zip.error();
  if (is_encrypted(*zip)) return Error{ErrorClass::encrypted, takes_no_password};
  const auto parse = [&](std::string_view name) -> Result<pugi::xml_document> {
    const std::string* part = zip->part(name);
    if (part == nullptr)
      return Error{ErrorClass::damaged,
                   "is a broken OpenDocument file: its part " + clean_utf8(name) + " is missing"};
    return parse_xml(*part, Blanks::kept);
  };
  const auto content = parse("content.xml");
  if (!content) return content.error();
  const auto styles_part = parse("styles.xml"), meta = parse("meta.xml");
  OdfStyles styles;
  if (styles_part) styles.add(*styles_part);
  styles.add(*content);
  const SubDocument sub_document = [&](std::string_view folder) -> std::optional<pugi::xml_document> {
    auto found = parse(std::string(folder) + "/content.xml");
    if (!found) return {};
    return std::move(*found);
  };
  OdfReader reader(styles, sub_document, tables);
  reader.read(child(*content, "document-content"),
              styles_part ? child(*styles_part, "document-styles") : pugi::xml_node());
  Extraction out;
  out.text = reader.take_text();
  out.value["metadata"] = odf_metadata(meta ? descendant(*meta, "document-meta/meta") : pugi::xml_node());
  out.value["embedded_files"] = files_within(zip->entries(), is_embedded_in_odf);
  reader.report(out);
  return out;
}

Result<Extraction> read_flat_odf(std::string_view utf8, TableForm tables) {
  const auto document = parse_xml(utf8, Blanks::kept, pugi::encoding_utf8);
  if (!document) return document.error();
  const pugi::xml_node root = child(*document, "document");
  OdfStyles styles;
  styles.add(root);
  OdfReader reader(
      styles, [](std::string_view) -> std::optional<pugi::xml_document> { return {}; }, tables);
  reader.read(root, root);
  Extraction out;
  out.text = reader.take_text();
  out.value["metadata"] = odf_metadata(child(root, "meta"));
  out.value["embedded_files"] = nlohmann::json::array();
  reader.report(out);
  return out;
}

}  // namespace docket::worker
