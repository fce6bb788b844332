// A .msg is an OLE file: each property is a stream `__substg1.0_IIIITTTT` (id and type in hex), those of a
// fixed size stand in `__properties_version1.0` behind a header (32 bytes, 24 in a message within another, 8
// in receivers and attachments) in rows of 16 bytes; receivers and attachments are folders.
#include "worker/formats/msg.h"

#include <gsf/gsf.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

#include "pipeline/support/ascii.h"
#include "worker/formats/compressed_rtf.h"
#include "worker/text/clean_text.h"
#include "worker/text/encoding.h"
#include "worker/text/plain_text.h"

namespace docket::worker {
namespace {

constexpr const char* fixed_properties = "__properties_version1.0";
constexpr std::size_t header_of_file = 32, header_of_inner = 24, header_of_part = 8, row_size = 16;
constexpr std::size_t largest_stream = std::size_t{1} << 30;
constexpr int most_folders = 10'000, deepest_folder = 8;

constexpr unsigned wide_text = 0x001F, narrow_text = 0x001E, binary = 0x0102, storage = 0x000D;
constexpr unsigned subject = 0x0037, headers_of_transport = 0x007D, body_plain = 0x1000, body_rtf = 0x1009,
                   body_html = 0x1013, message_id = 0x1035, sender_name = 0x0C1A, sender_address = 0x0C1F,
                   sender_smtp = 0x5D01, shown_to = 0x0E04, shown_cc = 0x0E03, sent = 0x0039,
                   delivered = 0x0E06, receiver_type = 0x0C15, display_name = 0x3001, address = 0x3003,
                   smtp_address = 0x39FE, attached_data = 0x3701, short_name = 0x3704,
                   long_name_of_file = 0x3707, content_id = 0x3712, hidden = 0x7FFE, message_class = 0x001A,
                   internet_code_page = 0x3FDE, code_page = 0x3FFD;

struct DropObject {
  void operator()(void* object) const { g_object_unref(object); }
};
using InputPtr = std::unique_ptr<GsfInput, DropObject>;
using FolderPtr = std::unique_ptr<GsfInfile, DropObject>;

std::string bytes_of(GsfInput* stream) {
  const gsf_off_t size = gsf_input_size(stream);
  if (size <= 0 || static_cast<std::size_t>(size) > largest_stream) return {};
  gsf_input_seek(stream, 0, G_SEEK_SET);
  const guint8* data = gsf_input_read(stream, static_cast<std::size_t>(size), nullptr);
  return data == nullptr ? std::string()
                         : std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::uint64_t little(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
  return value;
}

/// A message, receiver or attachment: a folder with properties.
class Properties {
 public:
  Properties(GsfInfile* folder, std::size_t header) : folder_(folder) {
    rows_ = stream(fixed_properties);
    rows_.erase(0, std::min(header, rows_.size()));
    page_ = "CP" + std::to_string(number(code_page));
  }

  /// 0: there is none.
  std::uint64_t number(unsigned id) const {
    for (std::size_t at = 0; at + row_size <= rows_.size(); at += row_size)
      if (little(rows_, at + 2, 2) == id) return little(rows_, at + 8, 8);
    return 0;
  }
  std::string bytes(unsigned id) const { return stream(name(id, binary)); }
  std::string text(unsigned id) const {
    if (const std::string wide = stream(name(id, wide_text)); !wide.empty()) return decoded(wide, "UTF-16LE");
    return decoded(stream(name(id, narrow_text)), page_);
  }
  std::string line(unsigned id) const {
    std::string line = clean_utf8(text(id));
    std::ranges::replace_if(
        line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    return std::string(trim(line));
  }
  FolderPtr folder(unsigned id) const { return FolderPtr(as_folder(child(name(id, storage).c_str()))); }

 private:
  static std::string name(unsigned id, unsigned type) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "__substg1.0_%04X%04X", id, type);
    return text.data();
  }
  GsfInput* child(const char* named) const { return gsf_infile_child_by_name(folder_, named); }
  static GsfInfile* as_folder(GsfInput* child) {
    if (child == nullptr || GSF_IS_INFILE(child)) return reinterpret_cast<GsfInfile*>(child);
    g_object_unref(child);
    return nullptr;
  }
  std::string stream(const std::string& named) const {
    const InputPtr found(child(named.c_str()));
    return found ? bytes_of(found.get()) : std::string();
  }
  static std::string decoded(const std::string& bytes, const std::string& encoding) {
    auto text = decode_text_as(bytes, encoding);
    if (!text) return {};
    text->utf8.resize(std::min(text->utf8.find('\0'), text->utf8.size()));
    return std::move(text->utf8);
  }

  GsfInfile* const folder_;
  std::string rows_;  ///< Of 16 bytes: type, id, flags, value.
  std::string page_;
};

FolderPtr open_ole(std::string_view bytes) {
  load_msg();
  const InputPtr memory(gsf_input_memory_new(reinterpret_cast<const guint8*>(bytes.data()),
                                             static_cast<gsf_off_t>(bytes.size()), FALSE));
  if (!memory) return nullptr;
  GError* error = nullptr;
  FolderPtr file(gsf_infile_msole_new(memory.get(), &error));
  if (error != nullptr) g_error_free(error);
  return file;
}

/// The folders of receivers, or of attachments, in their order.
std::vector<FolderPtr> folders_named(GsfInfile* file, std::string_view beginning) {
  std::vector<std::pair<std::string, int>> named;
  const int count = std::min(gsf_infile_num_children(file), most_folders);
  for (int i = 0; i < count; ++i)
    if (const char* name = gsf_infile_name_by_index(file, i);
        name != nullptr && std::string_view(name).starts_with(beginning))
      named.emplace_back(name, i);
  std::ranges::sort(named);
  std::vector<FolderPtr> folders;
  for (const auto& [name, i] : named) {
    GsfInput* child = gsf_infile_child_by_index(file, i);
    if (child == nullptr) continue;
    if (GSF_IS_INFILE(child))
      folders.emplace_back(reinterpret_cast<GsfInfile*>(child));
    else
      g_object_unref(child);
  }
  return folders;
}

std::string mailbox(const std::string& name, const std::string& mail) {
  const bool is_address = mail.find('@') != std::string::npos;
  if (name.empty() || name == mail) return is_address ? mail : name;
  return is_address ? name + " <" + mail + ">" : name;
}

std::string first_of(std::string first, const std::string& second) { return first.empty() ? second : first; }

std::string sender_of(const Properties& message) {
  return mailbox(message.line(sender_name),
                 first_of(message.line(sender_smtp), message.line(sender_address)));
}

std::string receivers_of(GsfInfile* file, std::uint64_t type, std::string shown) {
  std::string list;
  for (const FolderPtr& folder : folders_named(file, "__recip_version1.0_#")) {
    const Properties receiver(folder.get(), header_of_part);
    if ((receiver.number(receiver_type) & 0xF) != type) continue;
    const std::string one =
        mailbox(receiver.line(display_name), first_of(receiver.line(smtp_address), receiver.line(address)));
    if (!one.empty()) list += (list.empty() ? "" : ", ") + one;
  }
  return first_of(std::move(list), shown);
}

/// From 100 nanoseconds since 1601 to ISO 8601; empty for what is no date of a message.
std::string iso_time(std::uint64_t filetime) {
  const std::int64_t seconds = static_cast<std::int64_t>(filetime / 10'000'000) - 11'644'473'600;
  if (filetime == 0 || seconds < 0 || seconds > 32'503'680'000) return {};
  GDateTime* time = g_date_time_new_from_unix_utc(seconds);
  if (time == nullptr) return {};
  gchar* text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
  const std::string iso = text == nullptr ? std::string() : std::string(text);
  g_free(text);
  g_date_time_unref(time);
  return iso;
}

std::string html_of(const Properties& message) {
  std::string html = message.bytes(body_html);
  if (html.empty()) return message.text(body_html);
  const auto decoded = decode_text_as(html, "CP" + std::to_string(message.number(internet_code_page)));
  return decoded ? decoded->utf8 : std::string();
}

bool says_something(std::string_view text) { return text.find_first_not_of(" \t\r\n\f") != text.npos; }

std::string body_of(const Properties& message, const HtmlToText& html_to_text, const RtfToText& rtf_to_text) {
  if (std::string plain = message.text(body_plain); says_something(plain)) return plain;
  if (const std::string html = html_of(message); says_something(html)) return html_to_text(html);
  const auto rtf = decompressed_rtf(message.bytes(body_rtf));
  return rtf ? rtf_to_text(*rtf) : std::string();
}

/// Copies a message in a message into a file of its own.
bool copy_folder(GsfInfile* from, GsfOutfile* to, int depth) {
  const int count = std::min(gsf_infile_num_children(from), most_folders);
  for (int i = 0; i < count; ++i) {
    const InputPtr child(gsf_infile_child_by_index(from, i));
    const char* name = gsf_infile_name_by_index(from, i);
    if (!child || name == nullptr) continue;
    const bool is_folder =
        GSF_IS_INFILE(child.get()) && gsf_infile_num_children(reinterpret_cast<GsfInfile*>(child.get())) >= 0;
    const std::unique_ptr<GsfOutput, DropObject> copy(gsf_outfile_new_child(to, name, is_folder));
    if (!copy) return false;
    bool good = true;
    if (is_folder) {
      good = depth < deepest_folder && copy_folder(reinterpret_cast<GsfInfile*>(child.get()),
                                                   reinterpret_cast<GsfOutfile*>(copy.get()), depth + 1);
    } else {
      std::string bytes = bytes_of(child.get());
      if (depth == 0 && std::string_view(name) == fixed_properties && bytes.size() >= header_of_inner)
        bytes.insert(header_of_inner, header_of_file - header_of_inner, '\0');
      good = gsf_output_write(copy.get(), bytes.size(), reinterpret_cast<const guint8*>(bytes.data()));
    }
    gsf_output_close(copy.get());
    if (!good) return false;
  }
  return true;
}

std::string as_file(GsfInfile* message) {
  const std::unique_ptr<GsfOutput, DropObject> memory(gsf_output_memory_new());
  const std::unique_ptr<GsfOutfile, DropObject> file(gsf_outfile_msole_new(memory.get()));
  const bool good = copy_folder(message, file.get(), 0);
  gsf_output_close(reinterpret_cast<GsfOutput*>(file.get()));
  if (!good) return {};
  const guint8* bytes = gsf_output_memory_get_bytes(GSF_OUTPUT_MEMORY(memory.get()));
  return std::string(reinterpret_cast<const char*>(bytes),
                     static_cast<std::size_t>(gsf_output_size(memory.get())));
}

Error broken_msg() { return {ErrorClass::damaged, "is a damaged Outlook message"}; }

}  // namespace

bool is_msg(std::string_view bytes) {
  constexpr std::string_view ole = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  if (!bytes.starts_with(ole)) return false;
  std::string name;  // UTF-16, as it stands in the directory.
  for (const char* c = fixed_properties; *c != '\0'; ++c)
    (name += *c) += '\0';
  if (bytes.find(name) == bytes.npos) return false;
  const FolderPtr file = open_ole(bytes);
  if (!file) return true;  // A broken one.
  // A Word document that a message was put into has them too, in a folder.
  return InputPtr(gsf_infile_child_by_name(file.get(), fixed_properties)) != nullptr;
}

Result<Extraction> read_msg(std::string_view bytes, const HtmlToText& html_to_text,
                            const RtfToText& rtf_to_text) {
  const FolderPtr file = open_ole(bytes);
  if (!file) return broken_msg();
  const Properties message(file.get(), header_of_file);
  if (to_lower(message.line(message_class)).starts_with("ipm.note.smime") &&
      !to_lower(message.line(message_class)).ends_with("multipartsigned"))
    return Error{ErrorClass::encrypted,
                 "is an encrypted Outlook message (S/MIME): only its receiver can open it"};
  const std::string date =
      iso_time(message.number(sent) != 0 ? message.number(sent) : message.number(delivered));
  const std::pair<const char*, std::string> headers[] = {
      {"From", sender_of(message)},
      {"To", receivers_of(file.get(), 1, message.line(shown_to))},
      {"Cc", receivers_of(file.get(), 2, message.line(shown_cc))},
      {"Date", date},
      {"Subject", message.line(subject)}};
  Extraction out;
  out.value["metadata"] = nlohmann::json::object();
  std::string text;
  for (const auto& [name, value] : headers) {
    if (value.empty()) continue;
    text += std::string(name) + ": " + value + "\n";
    out.value["metadata"][to_lower(name)] = value;
  }
  if (const std::string id = message.line(message_id); !id.empty())
    out.value["metadata"]["message_id"] =
        id.starts_with('<') && id.ends_with('>') ? id.substr(1, id.size() - 2) : id;
  if (const std::string body = body_of(message, html_to_text, rtf_to_text); says_something(body))
    text += (text.empty() ? "" : "\n") + body + "\n";
  if (text.empty()) return broken_msg();
  out.text = text_pages(text);
  return out;
}

std::optional<Error> unpack_msg(std::string_view bytes, MemberBudget& budget, const MemberHandler& handler) {
  const FolderPtr file = open_ole(bytes);
  if (!file) return broken_msg();
  MemberNames names;
  for (const FolderPtr& folder : folders_named(file.get(), "__attach_version1.0_#")) {
    if (auto failed = budget.add_member()) return failed;
    const Properties attachment(folder.get(), header_of_part);
    const FolderPtr message = attachment.folder(attached_data);
    std::string given =
        as_file_name(first_of(attachment.line(long_name_of_file),
                              first_of(attachment.line(short_name), attachment.line(display_name))));
    if (message) {
      const std::string about = as_file_name(Properties(message.get(), header_of_inner).line(subject));
      given = first_of(about, first_of(given, "message"));
      if (!to_lower(given).ends_with(".msg")) given += ".msg";
    }
    const bool is_shown = (attachment.number(hidden) & 1) != 0 && !attachment.line(content_id).empty();
    const MemberKind kind = is_shown ? MemberKind::picture : MemberKind::file;
    std::string name = names.add(first_of(given, "attachment"));
    if (!handler.wants(name, kind)) continue;
    UnpackedMember member{std::move(name), message ? as_file(message.get()) : attachment.bytes(attached_data),
                          kind};
    if (auto failed = budget.add_bytes(member.content.size())) return failed;
    const Result<bool> more = handler.take(std::move(member));
    if (!more) return more.error();
    if (!*more) break;
  }
  return std::nullopt;
}

void load_msg() {
  static const bool started = [] {
    gsf_init();
    return true;
  }();
  static_cast<void>(started);
}

}  // namespace docket::worker
