#include "worker/formats/epub.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "pipeline/support/ascii.h"
#include "worker/formats/flow_writer.h"
#include "worker/formats/html.h"
#include "worker/formats/ooxml_package.h"
#include "worker/formats/xml.h"
#include "worker/formats/zip_parts.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

bool is_book_text(std::string_view name) {
  const std::string lower = to_lower(name);
  for (const std::string_view ending : {".xml", ".opf", ".xhtml", ".html", ".htm", ".xht"})
    if (lower.ends_with(ending)) return true;
  return false;
}

bool is_picture(std::string_view name) { return media_type_of_name(name).starts_with("image/"); }

/// `%20` of an address is a blank.
std::string unescaped(std::string_view address) {
  std::string out;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const auto digit = [](char c) { return is_digit(c) ? c - '0' : (to_lower(c) - 'a') + 10; };
    const auto is_hex = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'f'); };
    if (address[i] == '%' && i + 2 < address.size() && is_hex(address[i + 1]) && is_hex(address[i + 2])) {
      out += static_cast<char>(digit(address[i + 1]) * 16 + digit(address[i + 2]));
      i += 2;
    } else {
      out += address[i];
    }
  }
  return out;
}

nlohmann::json book_metadata(const pugi::xml_node& node) {
  constexpr std::pair<const char*, std::string_view> texts[] = {
      {"title", "title"}, {"author", "creator"}, {"subject", "subject"}, {"description", "description"}};
  nlohmann::json metadata = nlohmann::json::object();
  for (const auto& [name, element] : texts) {
    const std::string value = clean_utf8(trim(all_text(child(node, element))));
    if (!value.empty()) metadata[name] = value;
  }
  if (const auto date = document_date(all_text(child(node, "date")))) metadata["created"] = *date;
  return metadata;
}

Error broken_book(const std::string& why) { return {ErrorClass::damaged, "is a broken e-book: " + why}; }

}  // namespace

Result<Extraction> read_epub(std::string_view bytes, TableForm tables) {
  const auto zip = ZipParts::open(bytes, is_book_text);
  if (!zip) return zip.error();
  const std::string* container_part = zip->part("META-INF/container.xml");
  if (container_part == nullptr) return broken_book("META-INF/container.xml is missing");
  const auto container = parse_xml(*container_part);
  if (!container) return container.error();
  const std::string path(attribute(descendant(*container, "container/rootfiles/rootfile"), "full-path"));
  const std::string* book_part = zip->part(path);
  if (book_part == nullptr) return broken_book("its list of contents is missing");
  const auto book = parse_xml(*book_part);
  if (!book) return book.error();
  const pugi::xml_node package = child(*book, "package");
  std::map<std::string, std::string, std::less<>> parts;
  for (const pugi::xml_node& item : child(package, "manifest").children())
    if (local_name(item) == "item")
      parts.emplace(attribute(item, "id"), resolved_part(path, unescaped(attribute(item, "href"))));

  const std::string* locks = zip->part("META-INF/encryption.xml");
  FlowWriter flow(tables);
  Extraction out;
  std::set<std::string> read;  // A part that is named again and again would be read as often.
  for (const pugi::xml_node& item : child(package, "spine").children()) {
    const auto part = parts.find(attribute(item, "idref"));
    if (part == parts.end() || !is_book_text(part->second) || !read.insert(part->second).second) continue;
    if (locks != nullptr && locks->find("\"" + part->second + "\"") != locks->npos)
      return Error{ErrorClass::encrypted, "is an e-book that only the reader it was sold for can open"};
    const std::string* chapter = zip->part(part->second);
    if (chapter == nullptr) {
      out.value["problems"].push_back(clean_utf8(part->second) + " is missing in the e-book");
      continue;
    }
    flow.add_lines(html_text(*chapter, tables));
    flow.end_page();
  }
  out.text = flow.take_text();
  out.value["metadata"] = book_metadata(child(package, "metadata"));
  out.value["embedded_files"] = files_within(zip->entries(), is_picture);
  return out;
}

}  // namespace docket::worker
