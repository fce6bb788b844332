#include "worker/formats/media_type.h"

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
    Kind{"application/msword", "a Word document of before 2007"},
    Kind{"application/vnd.ms-excel", "an Excel workbook of before 2007"},
    Kind{"application/vnd.ms-powerpoint", "a PowerPoint presentation of before 2007"},
    Kind{"application/CDFV2*", "an Office document of the old format"},
    Kind{"application/encrypted", "an encrypted Office document"},
    Kind{"application/x-ole-storage", "an Office document of the old format"},
    Kind{"application/vnd.oasis.opendocument.text", "an OpenDocument text"},
    Kind{"application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"},
    Kind{"application/vnd.oasis.opendocument*", "an OpenDocument file"},
    Kind{"application/epub+zip", "an e-book"},
    Kind{"application/zip", "a zip archive"},
    Kind{"application/gzip", "a gzip archive"},
    Kind{"application/java-archive", "a Java archive"},
    Kind{"application/x-tar", "a tar archive"},
    Kind{"application/x-7z-compressed", "a 7-Zip archive"},
    Kind{"application/x-rar", "a RAR archive"},
    Kind{"application/x-bzip2", "a bzip2 archive"},
    Kind{"application/x-xz", "an xz archive"},
    Kind{"application/zstd", "a Zstandard archive"},
    Kind{"application/x-lz4", "an LZ4 archive"},
    Kind{"application/x-lzip", "an lzip archive"},
    Kind{"application/vnd.ms-cab-compressed", "a Windows cabinet"},
    Kind{"application/vnd.ms-tnef", "an attachment of Outlook (winmail.dat)"},
    Kind{"application/x-iso9660-image", "an image of a disc"},
    Kind{"text/x-uuencode", "a uuencoded file"},
    Kind{"application/vnd.sqlite3", "an SQLite database"},
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

struct Signature {
  std::string_view bytes;
  std::string_view media_type;  ///< Where libmagic knows no better.
};

using namespace std::string_view_literals;  // Signatures have zeros in them.

/// Of formats that hold other files, or compress one. What they hold may stand in them byte by byte and is
/// text, or a PDF, and yet not the document's. Long enough, or with controls that no text has.
constexpr std::array signatures = {
    Signature{"PK\x03\x04", "application/zip"},
    Signature{"PK\x05\x06\0\0\0\0"sv, "application/zip"},
    Signature{"PK\x07\x08PK\x03\x04", "application/zip"},
    Signature{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "application/x-ole-storage"},
    Signature{"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"},
    Signature{"Rar!\x1A\x07", "application/x-rar"},
    Signature{"\xFD\x37zXZ\0"sv, "application/x-xz"},
    Signature{"SQLite format 3\0"sv, "application/vnd.sqlite3"},
    Signature{"MSCF\0\0\0\0"sv, "application/vnd.ms-cab-compressed"},
    Signature{"\x78\x9F\x3E\x22", "application/vnd.ms-tnef"},
    Signature{"\x89PNG\r\n\x1A\n", "image/png"},
};

/// Too short to be looked for anywhere but at the beginning.
constexpr std::array signatures_at_beginning = {
    Signature{"\x1F\x8B\x08", "application/gzip"},     Signature{"BZh91AY&SY", "application/x-bzip2"},
    Signature{"\x28\xB5\x2F\xFD", "application/zstd"}, Signature{"\x04\x22\x4D\x18", "application/x-lz4"},
    Signature{"LZIP\x01", "application/x-lzip"},       Signature{"!<arch>\n", "application/x-archive"},
};

constexpr std::size_t longest_junk = 1024;  ///< Bytes before a signature, as readers of PDF allow them too.

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// A zip archive is read from its end: its directory, and a record of 22 bytes and a comment that says how
/// long the directory is. Anything may stand before the members.
bool ends_as_zip(std::string_view content) {
  constexpr std::size_t record_size = 22;
  constexpr std::size_t longest_comment = 0xFFFF;
  if (content.size() < record_size) return false;
  const std::size_t tail = content.size() - std::min(content.size(), record_size + longest_comment);
  for (std::size_t at = content.rfind("PK\x05\x06"); at != content.npos && at >= tail;
       at = at == 0 ? content.npos : content.rfind("PK\x05\x06", at - 1)) {
    if (at + record_size > content.size()) continue;
    const std::size_t directory = number_at(content, at + 12, 4);
    const bool is_whole = at + record_size + number_at(content, at + 20, 2) == content.size();
    if (is_whole && directory <= at && content.substr(at - directory).starts_with("PK\x01\x02")) return true;
  }
  return false;
}

/// The header of a tar archive has the sum of its own bytes in it, which old ones have in place of a mark.
bool begins_as_tar(std::string_view content) {
  constexpr std::size_t header = 512, sum_at = 148, sum_size = 8;
  if (content.size() < header || content[0] == '\0') return false;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < header; ++i)
    sum += i >= sum_at && i < sum_at + sum_size ? ' ' : static_cast<unsigned char>(content[i]);
  std::uint32_t stated = 0;
  std::size_t at = content.find_first_not_of(' ', sum_at);
  const std::size_t first = at;
  for (; at < sum_at + sum_size && content[at] >= '0' && content[at] <= '7'; ++at)
    stated = stated * 8 + static_cast<std::uint32_t>(content[at] - '0');
  return at > first && stated == sum;
}

/// `begin 644 report.pdf`, and a line of 45 bytes.
bool begins_as_uuencoded(std::string_view content) {
  if (!content.starts_with("begin ") || content.size() < 12) return false;
  const std::size_t mode = content.find_first_not_of("01234567", 6);
  const std::size_t end = content.find('\n');
  if (mode < 9 || mode > 10 || content[mode] != ' ' || end == content.npos) return false;
  const std::string_view line = content.substr(end + 1, content.find_first_of("\r\n", end + 1) - end - 1);
  const std::size_t bytes = line.empty() ? 0 : static_cast<std::size_t>((line[0] - ' ') & 63);
  return bytes > 0 && line.size() >= 1 + (bytes * 8 + 5) / 6 && line.size() <= 2 + (bytes + 2) / 3 * 4;
}

/// Behind marks of encodings, blanks, zeros and what printers are told first.
std::string_view without_leading_blanks(std::string_view content) {
  std::string_view rest = content.substr(0, longest_junk);
  for (;;) {
    const std::size_t before = rest.size();
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\f\v\x04\0"sv), rest.size()));
    if (rest.size() == before) return content.substr(std::min(content.size(), longest_junk) - rest.size());
  }
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

/// `<p>`, `</p>`, `<?xml`, `<!--`; `a < b` and `<a@b.org>` are prose.
bool has_tags(std::string_view content) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  for (std::size_t at = content.find('<'); at != content.npos; at = content.find('<', at + 1)) {
    const std::string_view rest = content.substr(at + 1);
    if (rest.starts_with('!') || rest.starts_with('?')) return true;
    const std::size_t first = rest.starts_with('/') ? 1 : 0, end = rest.find_first_not_of(letters, first);
    if (end == rest.npos || (end > first && rest[end] != '@' && rest[end] != '.' && rest[end] != '_'))
      return true;
  }
  return false;
}

/// `Invoice:`; of those for whom libmagic knows such a beginning, none is a format that docket tells apart.
bool is_label(std::string_view word) {
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return word.size() > 2 && word.front() >= 'A' && word.front() <= 'Z' && word.back() == ':' &&
         std::all_of(word.begin() + 1, word.end() - 1, is_small);
}

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
  for (const std::string_view mark : {"-->", "%PDF-"})
    if (content.find(mark) != content.npos) return false;
  if (has_tags(content)) return false;
  for (const std::string_view image : {"P1", "P2", "P3", "P4", "P5", "P6", "P7", "SIMPLE", "GIF8"})
    if (content.starts_with(image)) return false;
  const std::string_view first_word = content.substr(0, content.find_first_of(" \t\n\r\f"));
  return first_word.find(':') == first_word.npos || is_label(first_word);  // BEGIN:VCARD
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

std::string MediaTypes::container(std::string_view content) const {
  const std::string_view beginning = content.substr(0, longest_junk);
  std::size_t first = std::min(beginning.find("%PDF-"), beginning.size());
  std::string_view kind;
  for (const Signature& signature : signatures) {
    const std::size_t at = beginning.find(signature.bytes);
    if (at >= first) continue;
    first = at;
    kind = signature.media_type;
  }
  if (!kind.empty()) {
    const std::string precise = of(content.substr(first));
    const bool is_known = !precise.starts_with("text/") && precise != "application/octet-stream";
    return is_known ? precise : std::string(kind);
  }
  const std::string_view rest = without_leading_blanks(content);
  for (const Signature& signature : signatures_at_beginning)
    if (rest.starts_with(signature.bytes)) return std::string(signature.media_type);
  if (begins_as_tar(content)) return "application/x-tar";
  if (begins_as_uuencoded(rest)) return "text/x-uuencode";
  if (!rest.starts_with("%PDF-") && ends_as_zip(content))
    return std::string(office_type(content.substr(0, examined)));
  return {};
}

std::string MediaTypes::behind_blanks(std::string_view content) const {
  const std::string_view rest = without_leading_blanks(content);
  return rest.size() == content.size() || rest.empty() ? std::string() : of(rest);
}

std::string MediaTypes::of(std::string_view content) const {
  const std::string_view beginning = content.substr(0, examined);
  magic_setflags(magic_, is_plain_prose(beginning) ? all_checks | MAGIC_NO_CHECK_SOFT : all_checks);
  const char* found = magic_buffer(magic_, beginning.data(), beginning.size());
  const std::string_view type = found == nullptr ? "application/octet-stream" : found;
  const bool is_vague = type == "application/zip" || type == "application/octet-stream";
  if (is_vague && content.starts_with("PK\x03\x04")) return std::string(office_type(beginning));
  return std::string(type);
}

bool begins_as_pdf(std::string_view content) {
  const std::string_view text = without_leading_blanks(content);
  if (text.starts_with("%PDF-")) return true;
  const auto has = [&](std::string_view part) { return text.find(part) != text.npos; };
  return text.starts_with("%PDF") && (has("trailer") || has("startxref") || has("endobj"));
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
  message +=
      " (" + std::string(media_type) +
      "); docket reads PDF, pictures, Office and OpenDocument files, HTML, e-mail, archives, Rich Text, "
      "e-books and plain text";
  return {ErrorClass::unsupported, message};
}

}  // namespace docket::worker
