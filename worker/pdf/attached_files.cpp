#include "worker/pdf/attached_files.h"

#include <Catalog.h>
#include <FileSpec.h>
#include <PDFDoc.h>
#include <Stream.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "worker/text/clean_text.h"

namespace docket::worker {
namespace {

constexpr int most_files_attached = 100'000;
constexpr int most_files_listed = 1000;

/// A text string of PDF: UTF-16 with a mark, or an encoding that has ASCII in it.
std::string name_in(const GooString* name) {
  if (name == nullptr) return {};
  const std::string_view bytes(name->c_str(), static_cast<std::size_t>(name->getLength()));
  if (!bytes.starts_with("\xFE\xFF")) return clean_utf8(bytes);
  std::u16string utf16;
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2)
    utf16 += static_cast<char16_t>(static_cast<unsigned char>(bytes[i]) << 8 |
                                   static_cast<unsigned char>(bytes[i + 1]));
  return clean_utf16(utf16);
}

std::unique_ptr<PDFDoc> open_with(std::string_view pdf, const std::string& password) {
  BaseStream* stream = new MemStream(pdf.data(), 0, static_cast<Goffset>(pdf.size()), Object(objNull));
  return std::make_unique<PDFDoc>(stream, GooString(password), GooString(password));  // Owns the stream.
}

std::unique_ptr<PDFDoc> open_pdf(std::string_view pdf, std::vector<std::string> passwords) {
  passwords.insert(passwords.begin(), std::string());
  for (const std::string& password : passwords)
    if (auto document = open_with(pdf, password); document->isOk()) return document;
  return nullptr;
}

/// Nothing: it is larger than it may be.
std::optional<std::string> unpacked(Stream& stream, const AttachedFileHandler& handler) {
  std::string bytes;
  std::array<unsigned char, 1 << 16> piece;
  bool is_small = true;
  stream.reset();
  for (int got = 0;
       is_small && (got = stream.doGetChars(static_cast<int>(piece.size()), piece.data())) > 0;) {
    bytes.append(reinterpret_cast<const char*>(piece.data()), static_cast<std::size_t>(got));
    is_small = handler.may_grow(static_cast<std::size_t>(got));
  }
  stream.close();
  return is_small ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace

nlohmann::json attached_files(PDFDoc& document) {
  nlohmann::json files = nlohmann::json::array();
  Catalog* const catalog = document.getCatalog();
  if (catalog == nullptr || !catalog->isOk()) return files;
  const int count = std::min(catalog->numEmbeddedFiles(), most_files_listed);
  for (int i = 0; i < count; ++i) {
    const std::unique_ptr<FileSpec> file = catalog->embeddedFile(i);
    if (!file) continue;
    nlohmann::json entry = {{"name", name_in(file->getFileName())}};
    EmbFile* const embedded = file->isOk() ? file->getEmbeddedFile() : nullptr;
    if (embedded != nullptr && embedded->size() > 0) entry["bytes"] = embedded->size();
    if (embedded != nullptr && embedded->mimeType() != nullptr)
      entry["media_type"] = clean_utf8(embedded->mimeType()->toStr());
    files.push_back(std::move(entry));
  }
  return files;
}

void for_each_attached_file(std::string_view pdf, const std::vector<std::string>& passwords,
                            const AttachedFileHandler& handler) {
  const std::unique_ptr<PDFDoc> document = open_pdf(pdf, passwords);
  if (!document) return;
  Catalog* const catalog = document->getCatalog();
  if (catalog == nullptr || !catalog->isOk()) return;
  const int count = std::min(catalog->numEmbeddedFiles(), most_files_attached);
  for (int i = 0; i < count; ++i) {
    const std::unique_ptr<FileSpec> file = catalog->embeddedFile(i);
    if (!file || !file->isOk()) continue;
    std::string name = name_in(file->getFileName());
    EmbFile* const embedded = file->getEmbeddedFile();
    if (embedded == nullptr || !embedded->isOk() || !handler.wants(name)) continue;
    auto content = unpacked(*embedded->stream(), handler);
    if (!content || !handler.take(std::move(name), std::move(*content))) return;
  }
}

}  // namespace docket::worker
