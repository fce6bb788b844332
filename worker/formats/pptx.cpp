#include "worker/formats/pptx.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "pipeline/support/ascii.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/ooxml_package.h"
#include "worker/formats/unseen.h"

namespace docket::worker {
namespace {

/// The placeholder that a shape fills (`title`, `sldNum`, …); nothing: it fills none.
std::optional<std::string_view> placeholder_of(const pugi::xml_node& shape) {
  for (const pugi::xml_node& properties : shape.children()) {
    const pugi::xml_node placeholder = descendant(properties, "nvPr/ph");
    if (placeholder) return find_attribute(placeholder, "type").value_or("body");
  }
  return {};
}

bool is_shape(std::string_view name) {
  return name == "sp" || name == "pic" || name == "graphicFrame" || name == "grpSp" || name == "cxnSp";
}

bool is_hidden_shape(const pugi::xml_node& shape) {
  for (const pugi::xml_node& properties : shape.children()) {
    const std::string_view hidden = attribute(child(properties, "cNvPr"), "hidden");
    if (hidden == "1" || hidden == "true") return true;
  }
  return false;
}

/// Which shapes of a part are read.
enum class Shapes { all, without_placeholders, notes };

class PptxReader {
 public:
  PptxReader(const OoxmlPackage& package, TableForm tables) : package_(package), flow_(tables) {}

  /// Whether the slide is shown.
  bool read_slide(const std::string& part) {
    const auto document = package_.xml(part);
    if (!document) {
      problems_.push_back(document.error().message);
      flow_.end_page();
      return true;
    }
    const pugi::xml_node slide = document->first_child();
    if (attribute(slide, "show") == "0" || attribute(slide, "show") == "false") return false;
    read_shapes(part, slide, Shapes::all);
    if (attribute(slide, "showMasterSp") != "0") read_background(package_.related(part, "slideLayout"));
    const std::string notes = package_.related(part, "notesSlide");
    if (const auto note = notes.empty() ? Error{} : package_.xml(notes)) {
      flow_.part();
      read_shapes(notes, note->first_child(), Shapes::notes);
    }
    flow_.end_page();
    return true;
  }

  FlowWriter& flow() { return flow_; }
  const Unseen& unseen() const { return unseen_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  /// What a layout and its master draw on each slide.
  void read_background(const std::string& layout) {
    if (layout.empty() || !backgrounds_.insert(layout).second) return;
    const auto document = package_.xml(layout);
    if (!document) return;
    read_shapes(layout, document->first_child(), Shapes::without_placeholders);
    const std::string master = package_.related(layout, "slideMaster");
    if (attribute(document->first_child(), "showMasterSp") == "0" || !backgrounds_.insert(master).second)
      return;
    if (const auto drawn = package_.xml(master))
      read_shapes(master, drawn->first_child(), Shapes::without_placeholders);
  }

  void read_shapes(const std::string& part, const pugi::xml_node& root, Shapes shapes) {
    relations_ = package_.relations_of(part);
    walk(
        child(root, "cSld"), [&](const pugi::xml_node& node) { return enter(node, shapes); },
        [this](const pugi::xml_node& node) { leave(node); });
    flow_.break_line();
  }

  bool enter(const pugi::xml_node& node, Shapes shapes) {
    if (node.type() != pugi::node_element) return false;
    const std::string_view name = local_name(node);
    if (is_shape(name)) return enter_shape(node, shapes);
    if (name == "t") {
      flow_.add(node.text().get());
      return false;
    }
    if (name == "Fallback") return !child(node.parent(), "Choice");
    if (name == "br") flow_.end_line();
    if (name == "tab" && local_name(node.parent()) != "tabLst") flow_.add_tab();
    if (name == "tbl") flow_.begin_table();
    if (name == "tr") flow_.begin_row();
    if (name == "tc") flow_.begin_cell();  // Those that a wide or high one covers are there, empty.
    if (name == "den") flow_.add("/");
    if (name == "chart" || name == "relIds") add_graphic(node, name);
    return name != "pPr" && name != "rPr" && name != "endParaRPr" && name != "extLst" &&
           name != "custDataLst";
  }

  bool enter_shape(const pugi::xml_node& shape, Shapes shapes) {
    if (is_hidden_shape(shape)) {
      unseen_.add(all_text(shape), Unseen::Reason::hidden);
      return false;
    }
    const auto placeholder = placeholder_of(shape);
    if (placeholder && shapes == Shapes::without_placeholders) return false;
    return shapes != Shapes::notes || !placeholder || *placeholder == "body";
  }

  void add_graphic(const pugi::xml_node& node, std::string_view name) {
    const auto relation = relations_.find(attribute(node, name == "chart" ? "id" : "dm"));
    if (relation == relations_.end()) return;
    const std::string& part = relation->second.target;
    flow_.add_lines(name == "chart" ? package_.chart_text(part) : package_.diagram_text(part));
  }

  void leave(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (name == "p") flow_.end_line();
    if (name == "tbl" || name == "tr" || name == "tc") flow_.end();
    if (is_shape(name)) flow_.break_line();
  }

  const OoxmlPackage& package_;
  FlowWriter flow_;
  Relations relations_;                ///< Of the part that is read.
  std::set<std::string> backgrounds_;  ///< Layouts and masters that were read.
  Unseen unseen_;
  std::vector<std::string> problems_;
};

}  // namespace

Result<Extraction> read_pptx(std::string_view bytes, TableForm tables) {
  const auto package = OoxmlPackage::open(bytes, "ppt/presentation.xml");
  if (!package) return package.error();
  const auto document = package->xml(package->main_part());
  if (!document) return document.error();
  const Relations relations = package->relations_of(package->main_part());
  PptxReader reader(*package, tables);
  std::size_t left_out = 0;
  std::set<std::string> read;  // A part that is named again and again would be read as often.
  for (const pugi::xml_node& slide : child(document->first_child(), "sldIdLst").children()) {
    // `id` is a number of its own, `r:id` the relation.
    for (const pugi::xml_attribute& id : slide.attributes()) {
      const auto relation = relations.find(std::string_view(id.value()));
      if (relation == relations.end() || relation->second.type != "slide") continue;
      if (!read.insert(relation->second.target).second) break;
      if (!reader.read_slide(relation->second.target)) ++left_out;
      break;
    }
  }
  Extraction out;
  out.text = reader.flow().take_text();
  out.value["metadata"] = package->metadata();
  out.value["embedded_files"] = package->embedded_files();
  for (const std::string& problem : reader.problems())
    out.value["problems"].push_back(problem);
  if (left_out > 0)
    out.value["problems"].push_back(std::to_string(left_out) +
                                    (left_out == 1 ? " hidden slide was" : " hidden slides were") +
                                    " left out");
  reader.unseen().report(out);
  return out;
}

}  // namespace docket::worker
