#pragma once
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "pipeline/support/result.h"

namespace docket::worker {

// XML by pugixml, which opens no other file and replaces no entity but the five of XML itself. Names are
// compared without their namespace's prefix: the formats read here give one meaning to one name where it
// counts.

/// Blanks between elements: text of their own, or only a means to indent.
enum class Blanks { kept, kept_if_alone };

/// An Error (damaged) when it is not well-formed. Throws std::bad_alloc. `encoding` is for what is decoded
/// already and still says in which encoding it was.
Result<pugi::xml_document> parse_xml(std::string_view bytes, Blanks blanks = Blanks::kept,
                                     pugi::xml_encoding encoding = pugi::encoding_auto);

/// `t` of `w:t`.
std::string_view local_name(const char* name);
inline std::string_view local_name(const pugi::xml_node& node) { return local_name(node.name()); }

/// The first child of that name; null: there is none.
pugi::xml_node child(const pugi::xml_node& node, std::string_view name);
/// A child of a child …; the names are parted by '/'.
pugi::xml_node descendant(const pugi::xml_node& node, std::string_view path);
/// The value of an attribute, without its prefix; nothing: there is none.
std::optional<std::string_view> find_attribute(const pugi::xml_node& node, std::string_view name);
/// The same, empty where there is none.
std::string_view attribute(const pugi::xml_node& node, std::string_view name);
/// What is written as a whole number in the attribute.
std::optional<long> number(const pugi::xml_node& node, std::string_view name);

bool is_text(const pugi::xml_node& node);

/// Visits `root` and what is below it in document order, without recursion: no depth exhausts the stack.
/// `enter(node)` says whether the node's children are visited too; `leave(node)` is called behind them, and
/// only if they were.
template <class Enter, class Leave>
void walk(const pugi::xml_node& root, const Enter& enter, const Leave& leave) {
  pugi::xml_node node = root;
  while (node) {
    if (enter(node)) {
      if (const pugi::xml_node first = node.first_child()) {
        node = first;
        continue;
      }
      leave(node);
    }
    while (node != root && !node.next_sibling()) {
      node = node.parent();
      leave(node);
    }
    if (node == root) return;
    node = node.next_sibling();
  }
}

/// All text below `node`, one piece after the other.
std::string all_text(const pugi::xml_node& node);

}  // namespace docket::worker
