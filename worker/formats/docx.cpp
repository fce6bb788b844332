#include "worker/formats/docx.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "worker/formats/docx_numbering.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/html.h"
#include "worker/formats/ooxml_package.h"
#include "worker/formats/symbol_fonts.h"
#include "worker/formats/unseen.h"

namespace docket::worker {
namespace {

/// A property that is on when it is named, unless its value says off.
bool is_on(const pugi::xml_node& properties, std::string_view name) {
  const pugi::xml_node property = child(properties, name);
  if (!property) return false;
  const auto value = find_attribute(property, "val");
  return !value || (*value != "0" && *value != "false" && *value != "off");
}

bool is_shaded(const pugi::xml_node& properties) {
  const pugi::xml_node shading = child(properties, "shd");
  const std::string_view fill = attribute(shading, "fill");
  return child(properties, "highlight") || (shading && fill != "auto" && fill != "FFFFFF");
}

struct DocxStyle {
  std::string based_on;
  std::string list;
  long level = -1;
  bool is_hidden = false;
  bool is_shaded = false;
};

class DocxStyles {
 public:
  explicit DocxStyles(const pugi::xml_node& styles) {
    for (const pugi::xml_node& node : styles.children()) {
      if (local_name(node) != "style") continue;
      DocxStyle style;
      style.based_on = attribute(child(node, "basedOn"), "val");
      const pugi::xml_node paragraph = child(node, "pPr"), run = child(node, "rPr");
      style.list = attribute(descendant(paragraph, "numPr/numId"), "val");
      style.level = number(descendant(paragraph, "numPr/ilvl"), "val").value_or(-1);
      style.is_hidden = is_on(run, "vanish");
      style.is_shaded = worker::is_shaded(paragraph) || worker::is_shaded(run);
      styles_.emplace(attribute(node, "styleId"), std::move(style));
    }
  }

  /// With what it inherits.
  DocxStyle find(std::string_view id) const {
    constexpr int deepest = 20;
    DocxStyle all;
    for (int depth = 0; depth < deepest && !id.empty(); ++depth) {
      const auto found = styles_.find(id);
      if (found == styles_.end()) break;
      const DocxStyle& style = found->second;
      if (all.list.empty()) all.list = style.list;
      if (all.level < 0) all.level = style.level;
      all.is_hidden = all.is_hidden || style.is_hidden;
      all.is_shaded = all.is_shaded || style.is_shaded;
      id = style.based_on;
    }
    return all;
  }

 private:
  std::map<std::string, DocxStyle, std::less<>> styles_;
};

constexpr std::string_view not_shown[] = {
    "delText",    "delInstrText",  "instrText", "rPr",    "tblPr",     "tblGrid",  "trPr",     "tcPr",
    "sdtPr",      "sdtEndPr",      "tblPrEx",   "rubyPr", "docPr",     "cNvPr",    "fPr",      "naryPr",
    "dPr",        "radPr",         "sSupPr",    "sSubPr", "sSubSupPr", "funcPr",   "ctrlPr",   "oMathParaPr",
    "sectPr",     "annotationRef", "ffData",    "mPr",    "eqArrPr",   "limLowPr", "limUppPr", "accPr",
    "groupChrPr", "barPr",         "boxPr",     "binData"};

/// One part of the document after the other; see enter() for what becomes of each element.
class DocxReader {
 public:
  DocxReader(const OoxmlPackage& package, const DocxStyles& styles, DocxNumbering& numbering,
             TableForm tables)
      : package_(package), styles_(styles), numbering_(numbering), tables_(tables), flow_(tables) {}

  void read_document(const pugi::xml_node& document) {
    const pugi::xml_node body = child(document, "body");
    has_background_ = static_cast<bool>(child(document, "background"));
    relations_ = package_.relations_of(package_.main_part());
    find_sections(body);
    read_parts(headers_);
    flow_.part();
    read_story(body);
    flow_.part();
    for (const auto& [list, part] : {std::pair{&footnotes_, "footnotes"}, std::pair{&endnotes_, "endnotes"}})
      read_notes(*list, part);
    read_comments();
    flow_.part();
    read_parts(footers_);
  }

  Text take_text() { return flow_.take_text(); }
  const Unseen& unseen() const { return unseen_; }

 private:
  using Notes = std::vector<std::string>;  ///< Ids in the order of their references.

  /// Which headers and footers are shown, and how each section begins.
  void find_sections(const pugi::xml_node& body) {
    const std::string settings_part = package_.related(package_.main_part(), "settings");
    const auto settings = package_.xml(settings_part);
    const bool has_even = settings && is_on(settings->first_child(), "evenAndOddHeaders");
    walk(
        body,
        [&](const pugi::xml_node& node) {
          if (local_name(node) != "sectPr") return true;
          begins_.emplace_back(attribute(child(node, "type"), "val"));
          const bool has_first = is_on(node, "titlePg");
          for (const pugi::xml_node& reference : node.children()) {
            const std::string_view type = attribute(reference, "type");
            if ((type == "even" && !has_even) || (type == "first" && !has_first)) continue;
            const auto relation = relations_.find(attribute(reference, "id"));
            if (relation == relations_.end()) continue;
            const std::string_view name = local_name(reference);
            if (name == "headerReference") headers_.push_back(relation->second.target);
            if (name == "footerReference") footers_.push_back(relation->second.target);
          }
          return false;
        },
        [](const pugi::xml_node&) {});
  }

  /// Headers or footers, each once.
  void read_parts(const std::vector<std::string>& parts) {
    std::set<std::string> known;
    for (const std::string& part : parts) {
      const std::string* content = package_.part(part);
      if (content == nullptr || !known.insert(*content).second) continue;
      if (const auto document = package_.xml(part)) read_other_story(part, document->first_child());
    }
  }

  void read_other_story(std::string_view part, const pugi::xml_node& story) {
    Relations others = std::exchange(relations_, package_.relations_of(part));
    read_story(story);
    relations_ = std::move(others);
  }

  void read_notes(const Notes& notes, std::string_view type) {
    if (notes.empty()) return;
    const std::string part = package_.related(package_.main_part(), type);
    const auto document = package_.xml(part);
    if (!document) return;
    std::map<std::string_view, pugi::xml_node> by_id;
    for (const pugi::xml_node& note : document->first_child().children())
      by_id.emplace(attribute(note, "id"), note);
    for (std::size_t i = 0; i < notes.size(); ++i) {
      const auto note = by_id.find(notes[i]);
      if (note == by_id.end()) continue;
      label_ = "[" + std::to_string(i + 1) + "]";
      is_note_ = true;
      read_other_story(part, note->second);
      is_note_ = false;
    }
  }

  void read_comments() {
    const std::string part = package_.related(package_.main_part(), "comments");
    if (part.empty()) return;
    const auto document = package_.xml(part);
    if (!document) return;
    for (const pugi::xml_node& comment : document->first_child().children()) {
      const std::string_view author = attribute(comment, "author");
      label_ = author.empty() ? "Comment:" : "Comment (" + std::string(author) + "):";
      is_note_ = true;
      read_other_story(part, comment);
      is_note_ = false;
    }
    label_.clear();
  }

  void read_story(const pugi::xml_node& story) {
    fields_.clear();
    has_fields_ = are_fields_whole(story);
    walk(
        story, [this](const pugi::xml_node& node) { return enter(node); },
        [this](const pugi::xml_node& node) { leave(node); });
    flow_.break_line();
  }

  /// Each field that begins ends: else its code cannot be told from the text.
  static bool are_fields_whole(const pugi::xml_node& story) {
    long open = 0, least = 0;
    walk(
        story,
        [&](const pugi::xml_node& node) {
          if (local_name(node) != "fldChar") return true;
          const std::string_view type = attribute(node, "fldCharType");
          open += type == "begin" ? 1 : type == "end" ? -1 : 0;
          least = std::min(least, open);
          return false;
        },
        [](const pugi::xml_node&) {});
    return open == 0 && least == 0;
  }

  bool is_in_code() const { return std::ranges::find(fields_, true) != fields_.end(); }

  void add(std::string_view text) {
    if (is_in_code() || text.empty()) return;
    add_label();
    flow_.add(text);
  }

  void add_label() {
    if (label_.empty()) return;
    flow_.add(label_);
    flow_.add(" ");
    label_.clear();
  }

  void leave_out(const pugi::xml_node& node, Unseen::Reason reason) { unseen_.add(all_text(node), reason); }

  bool enter(const pugi::xml_node& node) {
    if (node.type() != pugi::node_element) return node.type() == pugi::node_document;
    const std::string_view name = local_name(node);
    if (name == "t") {
      add(node.text().get());
      return false;
    }
    if (name == "r") return enter_run(node);
    if (name == "p") return enter_paragraph(node);
    if (std::ranges::find(not_shown, name) != std::end(not_shown)) return false;
    if (name == "del" || name == "moveFrom") {
      leave_out(node, Unseen::Reason::deleted);
      return false;
    }
    if (name == "Fallback") return !child(node.parent(), "Choice");
    return enter_table(name, node) && enter_sign(name, node) && enter_other(name, node);
  }

  bool enter_table(std::string_view name, const pugi::xml_node& node) {
    if (name == "tbl") {
      flow_.begin_table();
    } else if (name == "tr") {
      const pugi::xml_node properties = child(node, "trPr");
      if (is_on(properties, "hidden") || child(properties, "del")) {
        leave_out(node, child(properties, "del") ? Unseen::Reason::deleted : Unseen::Reason::hidden);
        return false;
      }
      flow_.begin_row();
      flow_.skip_cells(static_cast<std::uint32_t>(
          std::clamp(number(child(properties, "gridBefore"), "val").value_or(0), 0L, 63L)));
    } else if (name == "tc") {
      const long columns = number(descendant(node, "tcPr/gridSpan"), "val").value_or(1);
      flow_.begin_cell(static_cast<std::uint32_t>(std::clamp(columns, 1L, 63L)));
    } else if (name == "txbxContent") {
      add_label();
      flow_.begin_aside();
    }
    return true;
  }

  /// Whether a run is seen; what is in it is visited then.
  bool enter_run(const pugi::xml_node& run) {
    const pugi::xml_node properties = child(run, "rPr");
    if (!properties) return true;
    const DocxStyle style = styles_.find(attribute(child(properties, "rStyle"), "val"));
    const bool is_shown_anyhow = child(properties, "vanish") && !is_on(properties, "vanish");
    if (is_on(properties, "vanish") || (style.is_hidden && !is_shown_anyhow)) {
      leave_out(run, Unseen::Reason::hidden);
      return false;
    }
    constexpr long smallest = 2;  // Half points.
    if (number(child(properties, "sz"), "val").value_or(smallest + 1) <= smallest) {
      leave_out(run, Unseen::Reason::tiny);
      return false;
    }
    // What is beneath a cell or a box would have to be known: shading comes from styles of many kinds.
    const bool is_white = attribute(child(properties, "color"), "val") == "FFFFFF";
    if (is_white && flow_.open() == 0 && !is_on_color_ && !has_background_ && !style.is_shaded &&
        !is_shaded(properties) && !child(properties, "ins")) {
      leave_out(run, Unseen::Reason::white);
      return false;
    }
    return true;
  }

  bool enter_paragraph(const pugi::xml_node& paragraph) {
    const pugi::xml_node properties = child(paragraph, "pPr");
    const DocxStyle style = styles_.find(attribute(child(properties, "pStyle"), "val"));
    is_on_color_ = style.is_shaded || is_shaded(properties);
    if (style.is_hidden && !has_seen_run(paragraph)) {
      leave_out(paragraph, Unseen::Reason::hidden);
      return false;
    }
    if (is_on(properties, "pageBreakBefore")) flow_.break_page();
    if (!is_note_ || label_.empty()) number_paragraph(properties, style);
    return true;
  }

  /// A run of a hidden paragraph that says that it is not hidden.
  static bool has_seen_run(const pugi::xml_node& paragraph) {
    return std::ranges::any_of(paragraph.children(), [](const pugi::xml_node& run) {
      const pugi::xml_node vanish = descendant(run, "rPr/vanish");
      return vanish && !is_on(child(run, "rPr"), "vanish");
    });
  }

  void number_paragraph(const pugi::xml_node& properties, const DocxStyle& style) {
    const pugi::xml_node own = child(properties, "numPr");
    const std::string_view own_list = attribute(child(own, "numId"), "val");
    const std::string list(own_list.empty() ? std::string_view(style.list) : own_list);
    const long level = number(child(own, "ilvl"), "val").value_or(std::max(style.level, 0L));
    label_ = list.empty() || list == "0" ? "" : numbering_.next(list, level);
    if (label_.find_first_not_of(' ') == label_.npos) label_.clear();
    if (label_.size() > 1 && !is_utf8(label_)) label_.clear();
    if (label_.starts_with("\xEF\x82")) label_ = "-";  // Private use: a sign of a symbol font.
  }

  bool enter_sign(std::string_view name, const pugi::xml_node& node) {
    if (name == "tab" || name == "ptab") {
      if (!is_in_code()) {
        add_label();
        flow_.add_tab();
      }
    } else if (name == "br") {
      const bool is_page = attribute(node, "type") == "page";
      if (is_page) flow_.break_page();
      if (!is_page && !is_in_code()) flow_.end_line();
    } else if (name == "cr") {
      flow_.end_line();
    } else if (name == "lastRenderedPageBreak") {
      flow_.break_page();
    } else if (name == "noBreakHyphen") {
      add("-");
    } else if (name == "sym") {
      add_symbol(node);
    } else if (name == "rt") {
      add(" (");
    } else if (name == "fldChar") {
      enter_field(node);
    } else {
      return enter_formula(name, node);
    }
    return name == "rt";
  }

  void add_symbol(const pugi::xml_node& node) {
    const std::string_view digits = attribute(node, "char");
    std::uint32_t code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    const char32_t known = symbol_character(attribute(node, "font"), code);
    if (known == 0 && (code == 0 || code >= 0xF000)) return;
    std::string text;
    append_utf8(text, known != 0 ? known : static_cast<char32_t>(code));
    add(text);
  }

  void enter_field(const pugi::xml_node& node) {
    if (!has_fields_) return;
    const std::string_view type = attribute(node, "fldCharType");
    if (type == "begin") {
      add_form_field(child(node, "ffData"));
      fields_.push_back(true);
    } else if (type == "separate" && !fields_.empty()) {
      fields_.back() = false;
    } else if (type == "end" && !fields_.empty()) {
      fields_.pop_back();
    }
  }

  /// A box that is ticked or not, the choice of a list: fields without a result.
  void add_form_field(const pugi::xml_node& data) {
    if (const pugi::xml_node box = child(data, "checkBox")) {
      const bool is_checked = child(box, "checked") ? is_on(box, "checked") : is_on(box, "default");
      add(is_checked ? "☒" : "☐");
    }
    if (const pugi::xml_node list = child(data, "ddList")) {
      long chosen = number(child(list, "result"), "val").value_or(0);
      for (const pugi::xml_node& entry : list.children())
        if (local_name(entry) == "listEntry" && chosen-- == 0) add(attribute(entry, "val"));
    }
  }

  /// More than one piece, which needs brackets when it stands on one line.
  static bool is_long_operand(const pugi::xml_node& node) {
    int pieces = 0;
    for (const pugi::xml_node& at : node.children())
      pieces += local_name(at) != "ctrlPr";
    return pieces > 1;
  }

  /// Formulas (OMML) as they are typed: a/b, x^2, √(…).
  bool enter_formula(std::string_view name, const pugi::xml_node& node) {
    if (name == "den") add("/");
    if (name == "sup") add("^");
    if (name == "sub") add("_");
    if (name == "rad") add("√");
    if (name == "nary") {
      const auto sign = find_attribute(descendant(node, "naryPr/chr"), "val");
      add(sign ? *sign : "∫");
    }
    if (name == "d") add(find_attribute(descendant(node, "dPr/begChr"), "val").value_or("("));
    if ((name == "num" || name == "den") && is_long_operand(node)) add("(");
    if (name == "e" && local_name(node.parent()) == "rad") add("(");
    if (name == "e" && node.previous_sibling() && local_name(node.previous_sibling()) == "e") add(", ");
    return true;
  }

  void leave_formula(std::string_view name, const pugi::xml_node& node) {
    if ((name == "num" || name == "den") && is_long_operand(node)) add(")");
    if (name == "d") add(find_attribute(descendant(node, "dPr/endChr"), "val").value_or(")"));
    if (name == "e" && local_name(node.parent()) == "rad") add(")");
    if (name == "oMath" && node.next_sibling() && local_name(node.next_sibling()) == "oMath")
      flow_.end_line();
  }

  bool enter_other(std::string_view name, const pugi::xml_node& node) {
    if (name == "footnoteReference") refer(footnotes_, footnote_numbers_, node);
    if (name == "endnoteReference") refer(endnotes_, endnote_numbers_, node);
    if (name == "textpath") add_aside(std::string(attribute(node, "string")));
    const auto relation = relations_.find(attribute(node, name == "relIds" ? "dm" : "id"));
    if (relation == relations_.end()) return true;
    const std::string& part = relation->second.target;
    if (name == "chart") add_aside(package_.chart_text(part));
    if (name == "relIds") add_aside(package_.diagram_text(part));
    if (name == "altChunk") add_chunk(part);
    return true;
  }

  void refer(Notes& notes, std::map<std::string, std::size_t, std::less<>>& numbers,
             const pugi::xml_node& node) {
    const std::string id(attribute(node, "id"));
    const auto [known, is_new] = numbers.emplace(id, numbers.size() + 1);
    if (is_new) notes.push_back(id);
    add("[" + std::to_string(known->second) + "]");
  }

  void add_aside(const std::string& lines) {
    if (lines.empty()) return;
    flow_.begin_aside();
    flow_.add_lines(lines);
    flow_.end();
  }

  /// A document in a document, which Word shows as if it were typed there.
  void add_chunk(const std::string& part) {
    const std::string* content = package_.part(part);
    if (content != nullptr && !part.ends_with(".mht")) flow_.add_lines(html_text(*content, tables_));
  }

  void leave(const pugi::xml_node& node) {
    if (node.type() != pugi::node_element) return;
    const std::string_view name = local_name(node);
    if (name == "p") {
      leave_paragraph(node);
    } else if (name == "tbl" || name == "tr" || name == "tc" || name == "txbxContent") {
      flow_.end();
    } else if (name == "rt") {
      add(")");
    } else {
      leave_formula(name, node);
    }
  }

  void leave_paragraph(const pugi::xml_node& paragraph) {
    const pugi::xml_node properties = child(paragraph, "pPr");
    const pugi::xml_node mark = child(properties, "rPr");
    // Its end was deleted: the next paragraph goes on in the same line.
    if (!child(mark, "del") && !child(mark, "moveFrom")) {
      if (label_ != "-") add_label();  // Of an item without words, the number is seen.
      label_.clear();
      flow_.end_line();
    }
    if (!child(properties, "sectPr")) return;
    ++section_;
    if (section_ < begins_.size() && begins_[section_] != "continuous") flow_.break_page();
  }

  const OoxmlPackage& package_;
  const DocxStyles& styles_;
  DocxNumbering& numbering_;
  const TableForm tables_;
  FlowWriter flow_;
  Relations relations_;  ///< Of the part that is read.
  std::vector<std::string> headers_, footers_;
  std::vector<std::string> begins_;  ///< How each section begins.
  std::size_t section_ = 0;
  Notes footnotes_, endnotes_;
  std::map<std::string, std::size_t, std::less<>> footnote_numbers_, endnote_numbers_;
  std::vector<bool> fields_;  ///< Those that are open: true while their code is read.
  bool has_fields_ = true;
  std::string label_;  ///< Of the paragraph, not yet written.
  bool is_note_ = false;
  bool is_on_color_ = false;
  bool has_background_ = false;
  Unseen unseen_;
};

pugi::xml_document optional_xml(const OoxmlPackage& package, std::string_view type) {
  const std::string part = package.related(package.main_part(), type);
  auto document = package.xml(part);
  return document ? std::move(*document) : pugi::xml_document();
}

}  // namespace

Result<Extraction> read_docx(std::string_view bytes, TableForm tables) {
  const auto package = OoxmlPackage::open(bytes, "word/document.xml");
  if (!package) return package.error();
  const auto document = package->xml(package->main_part());
  if (!document) return document.error();
  const pugi::xml_document styles_part = optional_xml(*package, "styles");
  const pugi::xml_document numbering_part = optional_xml(*package, "numbering");
  const DocxStyles styles(styles_part.first_child());
  DocxNumbering numbering(numbering_part.first_child());
  DocxReader reader(*package, styles, numbering, tables);
  reader.read_document(child(*document, "document"));
  Extraction out;
  out.text = reader.take_text();
  out.value["metadata"] = package->metadata();
  out.value["embedded_files"] = package->embedded_files();
  reader.unseen().report(out);
  return out;
}

}  // namespace docket::worker
