#include "tests/small_zip.h"

#include <cstdint>

namespace docket {
namespace {

std::string number(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes; ++i)
    out += static_cast<char>(i < sizeof value ? value >> 8 * i : 0);
  return out;
}

/// CRC-32 as zip has it.
std::uint32_t crc(std::string_view content) {
  std::uint32_t value = ~std::uint32_t{0};
  for (const char c : content) {
    value ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit)
      value = value & 1 ? value >> 1 ^ 0xEDB88320U : value >> 1;
  }
  return ~value;
}

constexpr std::string_view relation_type =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

/// The relation that a part of that name has: `footnotes` for `footnotes.xml`, `header` for `header1.xml`.
std::string type_of(std::string_view name) {
  std::string type(name.substr(name.rfind('/') + 1));
  type.resize(type.find_first_of(".0123456789"));
  return type;
}

/// Adds the relations of `part` to all of `members` that are named below `folder`.
void add_relations(std::vector<ZipMember>& members, const std::string& folder, const std::string& part) {
  std::string relations = "<Relationships>";
  for (const ZipMember& member : members) {
    if (!member.name.starts_with(folder) || member.name == folder + part || member.name.ends_with(".rels"))
      continue;
    const std::string target = member.name.substr(folder.size());
    relations += "<Relationship Id=\"" + target + "\" Type=\"" + std::string(relation_type) +
                 type_of(target) + "\" Target=\"" + target + "\"/>";
  }
  members.push_back({folder + "_rels/" + part + ".rels", relations + "</Relationships>"});
}

std::string office(std::vector<ZipMember> members, const std::string& main, std::string_view type) {
  const std::size_t slash = main.rfind('/');
  add_relations(members, main.substr(0, slash + 1), main.substr(slash + 1));
  members.push_back({"_rels/.rels", "<Relationships><Relationship Id=\"a\" Type=\"" +
                                        std::string(relation_type) + "officeDocument\" Target=\"" + main +
                                        "\"/></Relationships>"});
  members.insert(members.begin(), {"[Content_Types].xml", "<Types><Override PartName=\"/" + main +
                                                              "\" ContentType=\"application/vnd." +
                                                              std::string(type) + ".main+xml\"/></Types>"});
  return small_zip(members);
}

}  // namespace

std::string small_zip(const std::vector<ZipMember>& members) {
  std::string out, directory;
  for (const auto& [name, content] : members) {
    const auto size = static_cast<std::uint32_t>(content.size());
    const std::string common = number(20, 2) + number(0, 8) + number(crc(content), 4) + number(size, 4) +
                               number(size, 4) + number(static_cast<std::uint32_t>(name.size()), 2) +
                               number(0, 2);
    directory += "PK\x01\x02" + number(20, 2) + common + number(0, 10) +
                 number(static_cast<std::uint32_t>(out.size()), 4) + name;
    out += "PK\x03\x04" + common + name + content;
  }
  const auto count = static_cast<std::uint32_t>(members.size());
  const auto begin = static_cast<std::uint32_t>(out.size());
  out += directory;
  return out + "PK\x05\x06" + number(0, 4) + number(count, 2) + number(count, 2) +
         number(static_cast<std::uint32_t>(directory.size()), 4) + number(begin, 4) + number(0, 2);
}

std::string small_docx(std::string_view body, std::vector<ZipMember> more) {
  more.push_back(
      {"word/document.xml", "<w:document><w:body>" + std::string(body) + "</w:body></w:document>"});
  return office(std::move(more), "word/document.xml",
                "openxmlformats-officedocument.wordprocessingml.document");
}

std::string small_xlsx(const std::vector<std::pair<std::string, std::string>>& sheets,
                       std::vector<ZipMember> more) {
  std::string list;
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const std::string part = "sheet" + std::to_string(i + 1) + ".xml";
    list += "<sheet " + sheets[i].first + " r:id=\"" + part + "\"/>";
    more.push_back({"xl/" + part, "<worksheet>" + sheets[i].second + "</worksheet>"});
  }
  more.push_back({"xl/workbook.xml", "<workbook><sheets>" + list + "</sheets></workbook>"});
  return office(std::move(more), "xl/workbook.xml", "openxmlformats-officedocument.spreadsheetml.sheet");
}

std::string small_pptx(const std::vector<std::string>& slides, std::vector<ZipMember> more) {
  std::string list;
  for (std::size_t i = 0; i < slides.size(); ++i) {
    const std::string part = "slide" + std::to_string(i + 1) + ".xml";
    list += "<p:sldId id=\"" + std::to_string(256 + i) + "\" r:id=\"" + part + "\"/>";
    more.push_back({"ppt/" + part, slides[i]});
  }
  more.push_back(
      {"ppt/presentation.xml", "<p:presentation><p:sldIdLst>" + list + "</p:sldIdLst></p:presentation>"});
  return office(std::move(more), "ppt/presentation.xml",
                "openxmlformats-officedocument.presentationml.presentation");
}

std::string small_odf(std::string_view kind, std::string_view body, std::string_view styles,
                      std::vector<ZipMember> more) {
  const std::string type(kind);
  more.insert(more.begin(), {"mimetype", "application/vnd.oasis.opendocument." + type});
  more.push_back({"content.xml", "<office:document-content><office:automatic-styles>" + std::string(styles) +
                                     "</office:automatic-styles><office:body><office:" + type + ">" +
                                     std::string(body) + "</office:" + type +
                                     "></office:body></office:document-content>"});
  return small_zip(more);
}

}  // namespace docket
