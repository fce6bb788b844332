#include "worker/formats/ooxml_package.h"

#include <algorithm>
#include <set>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/utf8.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

constexpr std::size_t most_embedded_files = 1000;

/// Only text can be in these; the rest of a document is pictures, fonts and settings of printers.
bool may_have_text(std::string_view name) {
  const std::string lower = to_lower(name);
  const auto has = [&](std::string_view part) { return lower.find(part) != lower.npos; };
  if (has("/theme/") || has("styleswitheffects") || lower.starts_with("customxml/")) return false;
  return lower.ends_with(".xml") || lower.ends_with(".rels") || lower.ends_with(".html") ||
         lower.ends_with(".htm") || lower.ends_with(".xhtml") || lower.ends_with(".mht");
}

/// `officeDocument` of `http://…/relationships/officeDocument`.
std::string_view last_piece(std::string_view uri) {
  const std::size_t slash = uri.rfind('/');
  return slash == uri.npos ? uri : uri.substr(slash + 1);
}

std::string rels_of(std::string_view part) {
  const std::size_t slash = part.rfind('/');
  const std::string_view folder = slash == part.npos ? std::string_view() : part.substr(0, slash + 1);
  return std::string(folder) + "_rels/" + std::string(part.substr(folder.size())) + ".rels";
}

bool is_embedded(std::string_view name) {
  return name.find("/embeddings/") != name.npos || name.find("/media/") != name.npos ||
         name.find("/activeX/") != name.npos;
}

}  // namespace

std::string resolved_part(std::string_view part, std::string_view target) {
  std::vector<std::string_view> pieces;
  const auto add = [&](std::string_view path) {
    while (!path.empty()) {
      const std::size_t end = std::min(path.find('/'), path.size());
      const std::string_view piece = path.substr(0, end);
      path.remove_prefix(std::min(end + 1, path.size()));
      if (piece == ".." && !pieces.empty()) pieces.pop_back();
      if (!piece.empty() && piece != "." && piece != "..") pieces.push_back(piece);
    }
  };
  const std::size_t slash = part.rfind('/');
  if (!target.starts_with('/') && slash != part.npos) add(part.substr(0, slash));
  add(target.substr(0, target.find('#')));
  std::string out;
  for (const std::string_view piece : pieces)
    out += (out.empty() ? "" : "/") + std::string(piece);
  return out;
}

Result<OoxmlPackage> OoxmlPackage::open(std::string_view bytes, std::string_view usual_main) {
  OoxmlPackage out;
  auto zip = ZipParts::open(bytes, may_have_text);
  if (!zip) return zip.error();
  out.zip_ = std::move(*zip);
  out.main_ = out.related("", "officeDocument");
  if (!out.zip_.has(out.main_)) out.main_ = usual_main;
  if (!out.zip_.has(out.main_))
    return Error{ErrorClass::damaged, "is a broken Office document: its main part is missing"};
  return out;
}

Result<pugi::xml_document> OoxmlPackage::xml(std::string_view name) const {
  const std::string* found = part(name);
  if (found == nullptr)
    return Error{ErrorClass::damaged,
                 "is a broken Office document: its part " + std::string(name) + " is missing"};
  auto parsed = parse_xml(*found, Blanks::kept_if_alone);
  if (!parsed) return Error{parsed.error().error_class, parsed.error().message + " of " + std::string(name)};
  return parsed;
}

Relations OoxmlPackage::relations_of(std::string_view part) const {
  Relations relations;
  const auto document = zip_.has(rels_of(part)) ? xml(rels_of(part)) : Error{};
  if (!document) return relations;
  for (const pugi::xml_node& relation : document->first_child().children()) {
    if (attribute(relation, "TargetMode") == "External") continue;
    relations.emplace(attribute(relation, "Id"),
                      Relation{std::string(last_piece(attribute(relation, "Type"))),
                               resolved_part(part, attribute(relation, "Target"))});
  }
  return relations;
}

std::string OoxmlPackage::related(std::string_view part, std::string_view type) const {
  for (const auto& [id, relation] : relations_of(part))
    if (relation.type == type) return relation.target;
  return {};
}

nlohmann::json OoxmlPackage::metadata() const {
  constexpr std::pair<const char*, std::string_view> texts[] = {{"title", "title"},
                                                                {"author", "creator"},
                                                                {"subject", "subject"},
                                                                {"keywords", "keywords"},
                                                                {"description", "description"}};
  nlohmann::json metadata = nlohmann::json::object();
  std::string core = related("", "core-properties");
  if (core.empty()) core = "docProps/core.xml";
  const auto document = xml(core);
  if (document) {
    const pugi::xml_node properties = document->first_child();
    for (const auto& [name, element] : texts) {
      const std::string value = clean_utf8(trim(child(properties, element).text().get()));
      if (!value.empty()) metadata[name] = value;
    }
    for (const char* name : {"created", "modified"})
      if (const auto date = document_date(child(properties, name).text().get())) metadata[name] = *date;
  }
  if (const auto app = xml("docProps/app.xml")) {
    const std::string program = clean_utf8(trim(child(app->first_child(), "Application").text().get()));
    if (!program.empty()) metadata["creator"] = program;
  }
  return metadata;
}

nlohmann::json OoxmlPackage::embedded_files() const { return files_within(zip_.entries(), is_embedded); }

std::string OoxmlPackage::chart_text(std::string_view part) const {
  const auto document = xml(part);
  if (!document) return {};
  std::string lines;
  std::set<std::string> known;
  const auto add = [&](const std::string& text) {
    const std::string line(trim(text));
    if (!line.empty() && known.insert(line).second) lines += line + '\n';
  };
  walk(
      *document,
      [&](const pugi::xml_node& node) {
        const std::string_view name = local_name(node);
        if (name == "p") add(all_text(node));  // Titles.
        if (name == "v" && local_name(node.parent().parent()) == "strCache") add(all_text(node));
        if (name == "v" && local_name(node.parent()) == "tx") add(all_text(node));
        return name != "p" && name != "v" && name != "numCache";
      },
      [](const pugi::xml_node&) {});
  return lines;
}

std::string OoxmlPackage::diagram_text(std::string_view part) const {
  const auto document = xml(part);
  if (!document) return {};
  std::string lines;
  walk(
      *document,
      [&](const pugi::xml_node& node) {
        if (local_name(node) != "p") return true;
        const std::string line(trim(all_text(node)));
        if (!line.empty()) lines += line + '\n';
        return false;
      },
      [](const pugi::xml_node&) {});
  return lines;
}

std::string_view media_type_of_name(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"png", "image/png"},
      {"jpg", "image/jpeg"},
      {"jpeg", "image/jpeg"},
      {"gif", "image/gif"},
      {"bmp", "image/bmp"},
      {"tif", "image/tiff"},
      {"tiff", "image/tiff"},
      {"webp", "image/webp"},
      {"svg", "image/svg+xml"},
      {"emf", "image/emf"},
      {"wmf", "image/wmf"},
      {"pdf", "application/pdf"},
      {"bin", "application/x-ole-storage"},
      {"doc", "application/msword"},
      {"xls", "application/vnd.ms-excel"},
      {"ppt", "application/vnd.ms-powerpoint"},
      {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
      {"odt", "application/vnd.oasis.opendocument.text"},
      {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
      {"odp", "application/vnd.oasis.opendocument.presentation"},
      {"mp3", "audio/mpeg"},
      {"wav", "audio/x-wav"},
      {"mp4", "video/mp4"},
      {"txt", "text/plain"},
      {"xml", "application/xml"},
      {"csv", "text/csv"},
      {"zip", "application/zip"}};
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos) return {};
  const std::string ending = to_lower(name.substr(dot + 1));
  const auto found = std::ranges::find(types, ending, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(types) ? std::string_view() : found->second;
}

nlohmann::json files_within(const std::vector<ZipEntry>& entries, bool (*is_within)(std::string_view name)) {
  nlohmann::json files = nlohmann::json::array();
  for (const ZipEntry& entry : entries) {
    if (files.size() == most_embedded_files) break;
    if (!is_utf8(entry.name) || !is_within(entry.name)) continue;
    nlohmann::json file = {{"name", entry.name}};
    if (entry.bytes > 0) file["bytes"] = entry.bytes;
    if (const std::string_view type = media_type_of_name(entry.name); !type.empty())
      file["media_type"] = type;
    files.push_back(std::move(file));
  }
  return files;
}

std::optional<std::string> document_date(std::string_view text) {
  std::string_view date = trim(text);
  if (date.size() > 19 && date[19] == '.') {  // Parts of a second.
    const std::size_t end = std::min(date.find_first_not_of("0123456789", 20), date.size());
    const std::string whole = std::string(date.substr(0, 19)) + std::string(date.substr(end));
    return document_date(whole);
  }
  const bool is_local = date.size() == 19 && is_iso_date_time(std::string(date) + "Z");
  if (is_iso_date(date) || is_iso_date_time(date) || is_local) return std::string(date);
  return {};
}

}  // namespace docket::worker
