#include "worker/formats/xml.h"

#include <charconv>
#include <cstring>
#include <new>

namespace docket::worker {

Result<pugi::xml_document> parse_xml(std::string_view bytes, Blanks blanks, pugi::xml_encoding encoding) {
  const unsigned options = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol |
                           pugi::parse_wconv_attribute |
                           (blanks == Blanks::kept ? pugi::parse_ws_pcdata : pugi::parse_ws_pcdata_single);
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(bytes.data(), bytes.size(), options, encoding);
  if (parsed.status == pugi::status_out_of_memory) throw std::bad_alloc();
  if (!parsed) {
    return Error{ErrorClass::damaged, std::string("is broken XML: ") + parsed.description() + " at byte " +
                                          std::to_string(parsed.offset)};
  }
  return document;
}

std::string_view local_name(const char* name) {
  const char* colon = std::strchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  for (pugi::xml_node at = node.first_child(); at; at = at.next_sibling())
    if (local_name(at) == name) return at;
  return {};
}

pugi::xml_node descendant(const pugi::xml_node& node, std::string_view path) {
  pugi::xml_node at = node;
  while (at && !path.empty()) {
    const std::size_t slash = path.find('/');
    at = child(at, path.substr(0, slash));
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  }
  return at;
}

std::optional<std::string_view> find_attribute(const pugi::xml_node& node, std::string_view name) {
  for (pugi::xml_attribute at = node.first_attribute(); at; at = at.next_attribute())
    if (local_name(at.name()) == name) return at.value();
  return {};
}

std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
  return find_attribute(node, name).value_or(std::string_view());
}

std::optional<long> number(const pugi::xml_node& node, std::string_view name) {
  const auto text = find_attribute(node, name);
  if (!text) return {};
  long value = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  return read.ec == std::errc() ? std::optional(value) : std::nullopt;
}

bool is_text(const pugi::xml_node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

std::string all_text(const pugi::xml_node& node) {
  std::string text;
  walk(
      node,
      [&](const pugi::xml_node& at) {
        if (is_text(at)) text += at.value();
        return true;
      },
      [](const pugi::xml_node&) {});
  return text;
}

}  // namespace docket::worker
