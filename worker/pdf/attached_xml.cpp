#include "worker/pdf/attached_xml.h"

#include <Catalog.h>
#include <FileSpec.h>
#include <PDFDoc.h>
#include <Stream.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "pipeline/support/ascii.h"
#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

constexpr int most_files_looked_at = 1000;
constexpr std::size_t most_xml_files = 10;
constexpr std::size_t largest_xml = std::size_t{16} << 20;  ///< Bytes, unpacked.

/// A PDF's text string: UTF-16 with a mark, or an encoding that has ASCII in it.
std::string file_name(const GooString* name) {
  if (name == nullptr) return {};
  const std::string_view bytes(name->c_str(), static_cast<std::size_t>(name->getLength()));
  if (!bytes.starts_with("\xFE\xFF")) return clean_utf8(bytes);
  std::u16string utf16;
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2)
    utf16 += static_cast<char16_t>(static_cast<unsigned char>(bytes[i]) << 8 |
                                   static_cast<unsigned char>(bytes[i + 1]));
  return clean_utf16(utf16);
}

/// Unpacks no more than is kept: a few bytes may unpack to gigabytes. Empty: it is larger.
std::string content_of(Stream& stream) {
  std::string bytes;
  std::array<unsigned char, 1 << 14> piece;
  stream.reset();
  for (;;) {
    const int got = stream.doGetChars(static_cast<int>(piece.size()), piece.data());
    if (got <= 0) break;
    bytes.append(reinterpret_cast<const char*>(piece.data()), static_cast<std::size_t>(got));
    if (bytes.size() <= largest_xml) continue;
    bytes.clear();
    break;
  }
  stream.close();
  return bytes;
}

void add(FileSpec& file, std::vector<AttachedXml>& found) {
  if (!file.isOk() || found.size() == most_xml_files) return;
  std::string name = file_name(file.getFileName());
  const bool is_known = std::ranges::find(found, name, &AttachedXml::name) != found.end();
  if (is_known || !to_lower(name).ends_with(".xml")) return;
  EmbFile* const embedded = file.getEmbeddedFile();
  if (embedded == nullptr || !embedded->isOk()) return;
  found.push_back({std::move(name), content_of(*embedded->stream())});
}

}  // namespace

std::vector<AttachedXml> attached_xml(PDFDoc& document) {
  std::vector<AttachedXml> found;
  Catalog* const catalog = document.getCatalog();
  if (catalog == nullptr || !catalog->isOk()) return found;
  const int named = std::min(catalog->numEmbeddedFiles(), most_files_looked_at);
  for (int i = 0; i < named; ++i)
    if (const std::unique_ptr<FileSpec> file = catalog->embeddedFile(i)) add(*file, found);
  const Object root = document.getXRef()->getCatalog();
  if (!root.isDict()) return found;
  const Object associated = root.dictLookup("AF");
  const int listed = associated.isArray() ? std::min(associated.arrayGetLength(), most_files_looked_at) : 0;
  for (int i = 0; i < listed; ++i) {
    const Object entry = associated.arrayGet(i);
    if (!entry.isDict()) continue;
    FileSpec file(&entry);
    add(file, found);
  }
  return found;
}

}  // namespace docket::worker
