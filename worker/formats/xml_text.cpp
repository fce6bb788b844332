#include "worker/formats/xml_text.h"

#include <algorithm>
#include <string>

#include "pipeline/support/ascii.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/xml.h"

namespace docket::worker {
namespace {

bool has_own_text(const pugi::xml_node& node) {
  return std::ranges::any_of(
      node.children(), [](const pugi::xml_node& at) { return is_text(at) && !trim(at.value()).empty(); });
}

bool has_elements(const pugi::xml_node& node) {
  return std::ranges::any_of(node.children(),
                             [](const pugi::xml_node& at) { return at.type() == pugi::node_element; });
}

/// Declarations of namespaces and places of schemas are no content.
bool is_content(const pugi::xml_attribute& attribute) {
  const std::string_view name = attribute.name();
  return !name.starts_with("xmlns") && !name.starts_with("xsi:") && !name.starts_with("xml:");
}

class XmlLines {
 public:
  void read(const pugi::xml_node& document) {
    walk(
        document, [this](const pugi::xml_node& node) { return enter(node); },
        [this](const pugi::xml_node& node) {
          if (node.type() != pugi::node_element || prose_ == 0) return;
          if (--prose_ == 0) flow_.end_line();
        });
  }

  Text take_text() { return flow_.take_text(); }

 private:
  bool enter(const pugi::xml_node& node) {
    if (is_text(node)) {
      if (prose_ > 0) flow_.add_collapsed(node.value());
      return false;
    }
    if (node.type() != pugi::node_element) return node.type() == pugi::node_document;
    if (prose_ > 0) {
      ++prose_;
      return true;
    }
    if (!has_elements(node)) {
      add_value(node);
      return false;
    }
    prose_ = has_own_text(node) ? 1 : 0;
    return true;
  }

  void add_value(const pugi::xml_node& node) {
    const std::string text = all_text(node);
    if (!trim(text).empty()) return add_line(std::string(local_name(node)), text);
    for (const pugi::xml_attribute& attribute : node.attributes())
      if (is_content(attribute) && !trim(attribute.value()).empty())
        add_line(std::string(local_name(node)) + " " + std::string(local_name(attribute.name())),
                 attribute.value());
  }

  void add_line(const std::string& name, std::string_view value) {
    flow_.add(name + ": ");
    const std::string_view text = trim(value);
    flow_.add_collapsed(text);
    flow_.end_line();
  }

  FlowWriter flow_;
  int prose_ = 0;  ///< Elements that are open within one whose text is a line.
};

}  // namespace

Result<Extraction> read_xml(std::string_view utf8) {
  const auto document = parse_xml(utf8, Blanks::kept, pugi::encoding_utf8);
  if (!document) return document.error();
  XmlLines lines;
  lines.read(*document);
  Extraction out;
  out.text = lines.take_text();
  out.value["metadata"] = nlohmann::json::object();
  out.value["embedded_files"] = nlohmann::json::array();
  return out;
}

std::string xml_root(std::string_view utf8) {
  std::string_view rest = utf8.substr(0, std::size_t{1} << 16);
  for (;;) {
    const std::size_t open = rest.find('<');
    if (open == rest.npos || !trim(rest.substr(0, open)).empty()) return {};
    rest.remove_prefix(open + 1);
    if (rest.empty()) return {};
    if (rest.front() != '?' && rest.front() != '!') break;
    const bool is_comment = rest.starts_with("!--");
    std::size_t end = is_comment ? rest.find("-->") : rest.find('>');
    if (!is_comment && rest.front() == '!' && rest.substr(0, end).find('[') != std::string_view::npos)
      end = rest.find("]>");
    if (end == rest.npos) return {};
    rest.remove_prefix(rest.find('>', end) + 1);
  }
  const std::size_t end = std::min(rest.find_first_of(" \t\r\n/>"), rest.size());
  const std::string_view name = rest.substr(0, end);
  const std::size_t colon = name.find(':');
  const std::string_view local = colon == name.npos ? name : name.substr(colon + 1);
  const bool is_name = !local.empty() && (is_alpha(local.front()) || local.front() == '_' ||
                                          static_cast<unsigned char>(local.front()) >= 0x80);
  return is_name ? std::string(local) : std::string();
}

}  // namespace docket::worker
