#include "worker/media_type.h"

#include <magic.h>

#include <algorithm>
#include <array>
#include <utility>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"

namespace docket::worker {
namespace {

constexpr std::size_t examined = std::size_t{1} << 20;  ///< Bytes; zip containers tell late what they hold.

struct Kind {
  std::string_view media_type;  ///< Or its beginning, with '*' at the end.
  std::string_view name;
};

constexpr std::array kinds = {
    Kind{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a Word document"},
    Kind{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "an Excel workbook"},
    Kind{"application/vnd.openxmlformats-officedocument.presentationml.presentation",
         "a PowerPoint presentation"},
    Kind{"application/msword", "a Word document"},
    Kind{"application/vnd.ms-excel", "an Excel workbook"},
    Kind{"application/vnd.ms-powerpoint", "a PowerPoint presentation"},
    Kind{"application/CDFV2*", "an Office document of the old format"},
    Kind{"application/encrypted", "an encrypted Office document"},
    Kind{"application/x-ole-storage", "an Office document of the old format"},
    Kind{"application/vnd.oasis.opendocument.text", "an OpenDocument text"},
    Kind{"application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"},
    Kind{"application/vnd.oasis.opendocument*", "an OpenDocument file"},
    Kind{"application/epub+zip", "an e-book"},
    Kind{"application/zip", "a zip archive"},
    Kind{"application/gzip", "a gzip archive"},
    Kind{"application/x-tar", "a tar archive"},
    Kind{"application/x-7z-compressed", "a 7-Zip archive"},
    Kind{"application/postscript", "a PostScript file"},
    Kind{"application/x-sqlite3", "an SQLite database"},
    Kind{"application/vnd.ms-outlook", "an Outlook message"},
    Kind{"message/rfc822", "an e-mail message"},
    Kind{"text/rtf", "a Rich Text document"},
    Kind{"image/*", "an image"},
    Kind{"audio/*", "an audio recording"},
    Kind{"video/*", "a video"},
    Kind{"font/*", "a font"},
    Kind{"application/x-executable", "a program"},
    Kind{"application/x-pie-executable", "a program"},
    Kind{"application/x-sharedlib", "a program library"},
    Kind{"application/octet-stream", "data of an unknown kind"},
};

bool matches(const Kind& kind, std::string_view media_type) {
  if (!kind.media_type.ends_with('*')) return media_type == kind.media_type;
  return media_type.starts_with(kind.media_type.substr(0, kind.media_type.size() - 1));
}

/// An Office document whose container libmagic does not see through, because its parts come in an odd order
/// or it is cut off.
std::string_view office_type(std::string_view zip) {
  constexpr std::pair<std::string_view, std::string_view> parts[] = {
      {"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"xl/workbook.", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"}};
  for (const auto& [part, type] : parts) {
    if (zip.find(part) != zip.npos) return type;
  }
  return "application/zip";
}

/// `N G obj`, as in `12 0 obj`, in front of `end`.
bool ends_in_object(std::string_view text, std::size_t end) {
  std::size_t i = end;
  for (int number = 0; number < 2; ++number) {
    if (i == 0 || text[i - 1] != ' ') return false;
    --i;
    const std::size_t last = i;
    while (i > 0 && is_digit(text[i - 1]))
      --i;
    if (i == last) return false;
  }
  return true;
}

// A compressed file is what it is, not what it holds: nothing is unpacked.
constexpr int all_checks = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_ERROR;

bool is_letter(char c) {
  return static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool is_plain_prose(std::string_view content) {
  if (content.empty() || !is_letter(content.front())) return false;  // %! {\rtf /* # [ …
  constexpr std::string_view blanks = "\t\n\r\f";
  const bool has_controls = std::any_of(content.begin(), content.end(), [&](char c) {
    return (static_cast<unsigned char>(c) < ' ' && blanks.find(c) == blanks.npos) || c == 0x7f;
  });
  if (has_controls || !is_utf8(content)) return false;
  for (const std::string_view mark : {"<", "-->", "%PDF-"})
    if (content.find(mark) != content.npos) return false;
  for (const std::string_view image : {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "SIMPLE", "GIF8"})
    if (content.starts_with(image)) return false;
  const std::string_view first_word = content.substr(0, content.find_first_of(" \t\n\r\f"));
  return first_word.find(':') == first_word.npos;  // The header of a message.
}

Result<std::unique_ptr<MediaTypes>> MediaTypes::load() {
  const magic_t magic = magic_open(all_checks);
  if (magic == nullptr) return Error{ErrorClass::unavailable, "libmagic does not start"};
  std::unique_ptr<MediaTypes> types(new MediaTypes(magic));
  if (magic_load(magic, nullptr) != 0) {
    const char* why = magic_error(magic);
    return Error{ErrorClass::unavailable,
                 std::string("libmagic has no database: ") + (why ? why : "no reason")};
  }
  return types;
}

MediaTypes::~MediaTypes() { magic_close(magic_); }

std::string MediaTypes::of(std::string_view content) const {
  const std::string_view beginning = content.substr(0, examined);
  magic_setflags(magic_, is_plain_prose(beginning) ? all_checks | MAGIC_NO_CHECK_SOFT : all_checks);
  const char* found = magic_buffer(magic_, beginning.data(), beginning.size());
  const std::string_view type = found == nullptr ? "application/octet-stream" : found;
  const bool is_vague = type == "application/zip" || type == "application/octet-stream";
  if (is_vague && content.starts_with("PK\x03\x04")) return std::string(office_type(beginning));
  return std::string(type);
}

bool has_parts_of_pdf(std::string_view content) {
  const std::string_view beginning = content.substr(0, examined);
  const bool has_header = beginning.substr(0, 1024).find("%PDF-") != beginning.npos;
  const bool has_trailer =
      content.find("startxref") != content.npos || content.find("trailer") != content.npos;
  if (!has_header && !has_trailer) return false;
  for (std::size_t at = beginning.find("obj"); at != beginning.npos; at = beginning.find("obj", at + 3)) {
    if (ends_in_object(beginning, at)) return true;
  }
  return false;
}

Error unsupported(std::string_view media_type) {
  const auto known =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return matches(kind, media_type); });
  std::string message = "is ";
  message += known == kinds.end() ? "a file of another kind" : known->name;
  message += " (" + std::string(media_type) + "); docket reads PDF, plain text and Markdown";
  return {ErrorClass::unsupported, message};
}

}  // namespace docket::worker
