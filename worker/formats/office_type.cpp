#include "worker/formats/office_type.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "pipeline/support/ascii.h"
#include "worker/formats/xml.h"
#include "worker/formats/zip_parts.h"

namespace docket::worker {
namespace {

bool is_about_type(std::string_view name) {
  return name == "mimetype" || name == "[Content_Types].xml" || name == "META-INF/manifest.xml";
}

/// `application/vnd…document` for the main part's content type `application/vnd…document.main+xml`.
std::string without_main(std::string_view content_type) {
  for (const std::string_view ending : {".main+xml", "+xml", ".main"})
    if (content_type.ends_with(ending)) content_type.remove_suffix(ending.size());
  return std::string(content_type);
}

std::string ooxml_type(const std::string& content_types) {
  const auto types = parse_xml(content_types);
  if (!types) return {};
  for (const pugi::xml_node& part : types->first_child().children()) {
    const std::string_view type = attribute(part, "ContentType");
    if (type.ends_with(".main+xml") || type.ends_with(".binary.macroEnabled.main")) return without_main(type);
  }
  return {};
}

/// The parts that each kind of Office document has, where its list of content types is broken.
std::string by_main_part(const ZipParts& zip) {
  constexpr std::string_view base = "application/vnd.openxmlformats-officedocument.";
  constexpr std::pair<std::string_view, std::string_view> parts[] = {
      {"word/document.xml", "wordprocessingml.document"},
      {"xl/workbook.xml", "spreadsheetml.sheet"},
      {"ppt/presentation.xml", "presentationml.presentation"}};
  for (const auto& [part, type] : parts)
    for (const ZipEntry& entry : zip.entries())
      if (to_lower(entry.name) == part) return std::string(base) + std::string(type);
  return {};
}

bool has_entry(const ZipParts& zip, std::string_view name) {
  return std::ranges::any_of(zip.entries(), [&](const ZipEntry& entry) { return entry.name == name; });
}

std::string odf_type(const std::string& manifest) {
  const auto parsed = parse_xml(manifest);
  if (!parsed) return {};
  for (const pugi::xml_node& entry : parsed->first_child().children())
    if (attribute(entry, "full-path") == "/") return std::string(attribute(entry, "media-type"));
  return {};
}

bool is_media_type(std::string_view text) {
  return text.size() < 128 && text.find('/') != text.npos && std::ranges::all_of(text, [](char c) {
           return is_alnum(c) || std::string_view("/.+-_").find(c) != std::string_view::npos;
         });
}

/// The names in the directory of an OLE container are UTF-16, in entries of 128 bytes.
bool has_stream(std::string_view bytes, std::string_view name) {
  std::string wide;
  for (const char c : name) {
    wide += c;
    wide += '\0';
  }
  wide += std::string(2, '\0');
  for (std::size_t at = bytes.find(wide); at != bytes.npos; at = bytes.find(wide, at + 1))
    if (at % 128 == 0) return true;
  return false;
}

}  // namespace

bool is_cut_office(std::string_view bytes) {
  constexpr std::size_t first_part = 30;  // Where the name of the first part stands.
  return bytes.starts_with("PK\x03\x04") && bytes.size() > first_part &&
         bytes.substr(first_part).starts_with("[Content_Types].xml") && zip_names(bytes).empty();
}

std::string zip_document_type(std::string_view bytes) {
  const auto zip = ZipParts::open(bytes, is_about_type);
  if (!zip) return {};
  if (const std::string* said = zip->part("mimetype")) {
    const std::string_view type = trim(*said);
    if (is_media_type(type) &&
        (type.starts_with("application/vnd.oasis.") || type == "application/epub+zip" ||
         type.starts_with("application/vnd.sun.xml.")))
      return std::string(type);
  }
  if (const std::string* types = zip->part("[Content_Types].xml")) {
    std::string type = ooxml_type(*types);
    if (type.empty() || format_of(type) == DocumentFormat::none) {  // Of another program, or misspelt.
      if (std::string known = by_main_part(*zip); !known.empty()) type = std::move(known);
    }
    if (!type.empty() && is_media_type(type)) return type;
  }
  if (has_entry(*zip, "META-INF/container.xml")) return "application/epub+zip";
  if (const std::string* manifest = zip->part("META-INF/manifest.xml")) {
    const std::string type = odf_type(*manifest);
    if (type.starts_with("application/vnd.oasis.") && is_media_type(type)) return type;
  }
  return by_main_part(*zip);
}

std::string ole_document_type(std::string_view bytes) {
  constexpr std::pair<std::string_view, std::string_view> streams[] = {
      {"EncryptedPackage", "application/encrypted"},
      {"WordDocument", "application/msword"},
      {"Workbook", "application/vnd.ms-excel"},
      {"PowerPoint Document", "application/vnd.ms-powerpoint"},
      {"__properties_version1.0", "application/vnd.ms-outlook"}};
  for (const auto& [stream, type] : streams)
    if (has_stream(bytes, stream)) return std::string(type);
  return {};
}

DocumentFormat format_of(std::string_view type) {
  constexpr std::string_view base = "application/vnd.openxmlformats-officedocument.";
  const auto has = [&](std::string_view part) { return type.find(part) != type.npos; };
  if (type == "application/epub+zip") return DocumentFormat::epub;
  if (type.starts_with("application/vnd.oasis.opendocument.")) return DocumentFormat::odf;
  if (has("binary")) return DocumentFormat::none;
  if (type.starts_with(base)) {
    if (has("wordprocessingml")) return DocumentFormat::docx;
    if (has("spreadsheetml")) return DocumentFormat::xlsx;
    if (has("presentationml")) return DocumentFormat::pptx;
  }
  if (!has(".macroEnabled")) return DocumentFormat::none;
  if (type.starts_with("application/vnd.ms-word.")) return DocumentFormat::docx;
  if (type.starts_with("application/vnd.ms-excel.")) return DocumentFormat::xlsx;
  if (type.starts_with("application/vnd.ms-powerpoint.")) return DocumentFormat::pptx;
  return DocumentFormat::none;
}

}  // namespace docket::worker
