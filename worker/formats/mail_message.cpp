#include "worker/formats/mail_message.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "pipeline/support/ascii.h"
#include "pipeline/support/utf8.h"
#include "worker/formats/encoded_words.h"
#include "worker/formats/flowed_text.h"
#include "worker/formats/tnef.h"
#include "worker/text/clean_text.h"
#include "worker/text/encoding.h"
#include "worker/text/plain_text.h"

namespace docket::worker {
namespace {

constexpr int deepest_part = 64;
constexpr std::size_t longest_message_header = std::size_t{1}
                                               << 20;  ///< Bytes. GMime takes sixty times as much memory.
constexpr std::size_t longest_line = std::size_t{1} << 14;  ///< Of what is shown of a field.

template <class T>
struct Unref {
  void operator()(T* object) const { g_object_unref(object); }
};
template <class T>
using Ref = std::unique_ptr<T, Unref<T>>;

void start_gmime() {
  static const bool started = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(started);
}

std::string in_utf8(const char* text) {
  if (text == nullptr) return {};
  if (is_utf8(text)) return clean_utf8(text);
  const auto decoded = decode_text(text);
  return decoded ? clean_utf8(decoded->utf8) : std::string();
}

/// On one line: what is folded in a header is not.
std::string header_text(const char* text) {
  if (text == nullptr) return {};
  std::string_view beginning(text, strnlen(text, longest_line + 1));
  const bool is_cut = beginning.size() > longest_line;
  while (is_cut && !beginning.empty() && (static_cast<unsigned char>(beginning.back()) & 0xC0) == 0x80)
    beginning.remove_suffix(1);
  if (is_cut) beginning.remove_suffix(1);
  std::string line;
  for (const char c : in_utf8(std::string(beginning).c_str())) {
    const bool is_blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
    if (!is_blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (is_cut) line += " …";
  return std::string(trim(line));
}

std::size_t header_size(std::string_view bytes) {
  return std::min({bytes.find("\n\n"), bytes.find("\n\r\n"), bytes.size()});
}

Ref<GMimeMessage> parse(std::string_view bytes) {
  start_gmime();
  // The first line of a mailbox, and what a part begins with whose header was cut off.
  const std::size_t first = std::min(bytes.find_first_not_of("\r\n \t"), bytes.size());
  bytes.remove_prefix(first);
  if (bytes.starts_with("From ") || bytes.starts_with(">From "))
    bytes.remove_prefix(std::min(bytes.find('\n'), bytes.size() - 1) + 1);
  const std::size_t header = header_size(bytes);
  if (header > longest_message_header) return nullptr;
  const Ref<GMimeStream> stream(g_mime_stream_mem_new());
  const std::string fields = with_joined_words(bytes.substr(0, header));
  const bool is_all = header == bytes.size();  // GMime wants to see the end of the header.
  for (const std::string_view part : {std::string_view(fields), is_all ? "\n\n" : bytes.substr(header)})
    g_mime_stream_write(stream.get(), part.data(), part.size());
  g_mime_stream_reset(stream.get());
  const Ref<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  g_mime_parser_set_format(parser.get(), GMIME_FORMAT_MESSAGE);
  return Ref<GMimeMessage>(g_mime_parser_construct_message(parser.get(), nullptr));
}

std::string type_of(GMimeObject* part) {
  GMimeContentType* type = g_mime_object_get_content_type(part);
  if (type == nullptr) return "text/plain";
  const char* media = g_mime_content_type_get_media_type(type);
  const char* kind = g_mime_content_type_get_media_subtype(type);
  return to_lower(std::string(media ? media : "text") + '/' + (kind ? kind : "plain"));
}

std::string parameter(GMimeObject* part, const char* name) {
  GMimeContentType* type = g_mime_object_get_content_type(part);
  const char* value = type == nullptr ? nullptr : g_mime_content_type_get_parameter(type, name);
  return value == nullptr ? std::string() : std::string(value);
}

bool is_attachment(GMimeObject* part) {
  const char* disposition = g_mime_object_get_disposition(part);
  return disposition != nullptr && to_lower(disposition) == "attachment";
}

/// The bytes, decoded from base64 or what else they travelled in.
std::string content_of(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Ref<GMimeStream> stream(g_mime_stream_mem_new());
  if (g_mime_data_wrapper_write_to_stream(content, stream.get()) < 0) return {};
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

std::string written(GMimeObject* object) {
  const Ref<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_object_write_to_stream(object, nullptr, stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

std::string file_name_of(GMimeObject* part) {
  return GMIME_IS_PART(part) ? header_text(g_mime_part_get_filename(GMIME_PART(part))) : std::string();
}

/// One text of a message.
struct Body {
  GMimePart* part;
  bool is_html;
};

struct Attached {
  GMimeObject* part;
  MemberKind kind;
};

/// What is what in a message: the texts to show, and the files.
class Parts {
 public:
  explicit Parts(GMimeMessage* message) {
    if (GMimeObject* root = g_mime_message_get_mime_part(message)) sort(root, 0, false);
  }
  std::vector<Body> bodies;
  std::vector<Attached> attached;
  std::string locked;  ///< By what it is encrypted; empty: it is not.

 private:
  void sort(GMimeObject* part, int depth, bool in_related) {
    if (depth > deepest_part) return;
    if (GMIME_IS_MULTIPART(part)) return sort_many(GMIME_MULTIPART(part), depth, in_related);
    const std::string type = type_of(part);
    if (GMIME_IS_MESSAGE_PART(part)) return attached.push_back({part, MemberKind::file});
    if (!GMIME_IS_PART(part)) return;
    if (is_enciphered(part, type)) {
      locked = "S/MIME";
      return;
    }
    if (is_shown(part, type)) return bodies.push_back({GMIME_PART(part), type == "text/html"});
    attached.push_back({part, kind_of(part, type, in_related)});
  }

  void sort_many(GMimeMultipart* parts, int depth, bool in_related) {
    const std::string type = type_of(GMIME_OBJECT(parts));
    const int count = g_mime_multipart_get_count(parts);
    if (type == "multipart/encrypted") locked = "PGP";
    if (type == "multipart/alternative") return sort_alternatives(parts, count, depth, in_related);
    const bool is_related = type == "multipart/related";
    for (int i = 0; i < count; ++i)
      sort(g_mime_multipart_get_part(parts, i), depth + 1, in_related || is_related);
  }

  /// The best of them is shown, with what belongs to it; of the others only the files are kept.
  void sort_alternatives(GMimeMultipart* parts, int count, int depth, bool in_related) {
    std::vector<Parts> all;
    for (int i = 0; i < count; ++i) {
      all.emplace_back(Parts());
      all.back().sort(g_mime_multipart_get_part(parts, i), depth + 1, in_related);
    }
    const auto says_something = [](const Parts& one, bool html) {
      return std::ranges::any_of(one.bodies, [&](const Body& body) {
        return body.is_html == html &&
               content_of(body.part).find_first_not_of(" \t\r\n") != std::string::npos;
      });
    };
    auto best = std::ranges::find_if(all, [&](const Parts& one) { return says_something(one, false); });
    if (best == all.end())
      best = std::ranges::find_if(all, [&](const Parts& one) { return says_something(one, true); });
    for (Parts& one : all) {
      if (best != all.end() && &one == &*best) std::ranges::move(one.bodies, std::back_inserter(bodies));
      std::ranges::move(one.attached, std::back_inserter(attached));
      if (!one.locked.empty()) locked = one.locked;
    }
  }

  static bool is_enciphered(GMimeObject* part, const std::string& type) {
    if (type != "application/pkcs7-mime" && type != "application/x-pkcs7-mime") return false;
    const std::string kind = to_lower(parameter(part, "smime-type"));
    return kind.empty() || kind == "enveloped-data" || kind == "authenveloped-data" ||
           kind == "authenvelopeddata";
  }

  static bool is_shown(GMimeObject* part, const std::string& type) {
    if (is_attachment(part)) return false;
    if (type == "message/delivery-status" || type == "text/rfc822-headers") return true;
    const bool is_readable = type.starts_with("text/") && type != "text/calendar" && type != "text/x-vcard" &&
                             type != "text/vcard" && type != "text/xml" && type != "text/csv";
    return is_readable && file_name_of(part).empty();
  }

  static MemberKind kind_of(GMimeObject* part, const std::string& type, bool in_related) {
    if (type == "application/pgp-signature" || type == "application/pkcs7-signature" ||
        type == "application/x-pkcs7-signature")
      return MemberKind::signature;
    const bool is_in_text = g_mime_object_get_content_id(part) != nullptr && !is_attachment(part);
    return type.starts_with("image/") && (is_in_text || (in_related && !is_attachment(part)))
               ? MemberKind::picture
               : MemberKind::file;
  }

  Parts() = default;
};

/// What a file is called by that came without a name.
std::string usual_name(const std::string& type) {
  constexpr std::pair<std::string_view, std::string_view> endings[] = {
      {"text/plain", "txt"},      {"text/html", "html"},       {"text/calendar", "ics"},
      {"text/csv", "csv"},        {"text/vcard", "vcf"},       {"application/pdf", "pdf"},
      {"image/png", "png"},       {"image/jpeg", "jpg"},       {"image/gif", "gif"},
      {"image/tiff", "tiff"},     {"text/xml", "xml"},         {"application/xml", "xml"},
      {"application/zip", "zip"}, {"application/json", "json"}};
  const auto found = std::ranges::find(endings, type, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(endings) ? "attachment" : "attachment." + std::string(found->second);
}

std::string sent_on(GMimeMessage* message) {
  GDateTime* date = g_mime_message_get_date(message);
  if (date == nullptr) return {};
  gchar* text = g_date_time_format(
      date, g_date_time_get_utc_offset(date) == 0 ? "%Y-%m-%dT%H:%M:%SZ" : "%Y-%m-%dT%H:%M:%S%:z");
  const std::string iso = text == nullptr ? std::string() : std::string(text);
  g_free(text);
  return iso;
}

std::string addresses(InternetAddressList* list) {
  if (list == nullptr || internet_address_list_length(list) == 0) return {};
  gchar* text = internet_address_list_to_string(list, nullptr, FALSE);
  const std::string shown = header_text(text);
  g_free(text);
  return shown;
}

std::string raw_header(GMimeMessage* message, const char* name) {
  return header_text(g_mime_object_get_header(GMIME_OBJECT(message), name));
}

/// In the order in which people read them.
std::vector<std::pair<std::string, std::string>> headers_of(GMimeMessage* message) {
  std::string from = addresses(g_mime_message_get_from(message));
  if (from.empty()) from = raw_header(message, "From");
  return {{"From", std::move(from)},
          {"To", addresses(g_mime_message_get_to(message))},
          {"Cc", addresses(g_mime_message_get_cc(message))},
          {"Date", raw_header(message, "Date")},
          {"Subject", header_text(g_mime_message_get_subject(message))}};
}

nlohmann::json metadata_of(GMimeMessage* message) {
  nlohmann::json metadata = nlohmann::json::object();
  for (const auto& [name, value] : headers_of(message))
    if (!value.empty()) metadata[to_lower(name)] = value;
  if (const std::string date = sent_on(message); !date.empty()) metadata["date"] = date;
  if (const std::string id = header_text(g_mime_message_get_message_id(message)); !id.empty())
    metadata["message_id"] = id;
  return metadata;
}

std::string text_of(const Body& body, const HtmlToText& html_to_text) {
  GMimeObject* part = GMIME_OBJECT(body.part);
  const std::string bytes = content_of(body.part);
  const std::string charset = parameter(part, "charset");
  auto decoded = decode_text_as(bytes, charset);
  const std::string utf8 = decoded ? std::move(decoded->utf8) : std::string();
  if (body.is_html) return html_to_text(utf8);
  if (to_lower(parameter(part, "format")) != "flowed") return utf8;
  return unflowed(utf8, to_lower(parameter(part, "delsp")) == "yes");
}

/// The parts of a winmail.dat, in which Outlook wraps what it sends to strangers.
bool is_tnef(std::string_view content) { return content.starts_with("\x78\x9F\x3E\x22"); }

class Unpacker {
 public:
  Unpacker(MemberBudget& budget, const MemberHandler& handler) : budget_(budget), handler_(handler) {}

  std::optional<Error> run(const Parts& parts) {
    for (const Attached& one : parts.attached) {
      if (auto failed = take(one)) return failed;
      if (is_over_) break;
    }
    return std::nullopt;
  }

 private:
  std::optional<Error> take(const Attached& one) {
    if (auto failed = budget_.add_member()) return failed;
    const std::string type = type_of(one.part);
    if (!GMIME_IS_MESSAGE_PART(one.part)) {
      std::string given = as_file_name(file_name_of(one.part));
      if (type == "application/ms-tnef" || type == "application/vnd.ms-tnef" ||
          to_lower(given) == "winmail.dat")
        if (auto content = content_of(GMIME_PART(one.part)); is_tnef(content)) return take_tnef(content);
      return hand_over(given.empty() ? usual_name(type) : given, one.kind,
                       [&] { return content_of(GMIME_PART(one.part)); });
    }
    GMimeMessage* inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(one.part));
    if (inner == nullptr) return std::nullopt;
    const std::string subject = as_file_name(header_text(g_mime_message_get_subject(inner)));
    return hand_over((subject.empty() ? "message" : subject) + ".eml", one.kind,
                     [&] { return written(GMIME_OBJECT(inner)); });
  }

  std::optional<Error> take_tnef(const std::string& content) {
    for (TnefFile& file : files_in_tnef(content)) {
      if (auto failed = budget_.add_member()) return failed;
      const std::string given = as_file_name(file.name);
      if (auto failed = hand_over(given.empty() ? "attachment" : given, MemberKind::file,
                                  [&] { return std::move(file.content); }))
        return failed;
    }
    return std::nullopt;
  }

  template <class Content>
  std::optional<Error> hand_over(const std::string& given, MemberKind kind, const Content& content) {
    std::string name = names_.add(given);
    if (is_over_ || !handler_.wants(name, kind)) return std::nullopt;
    UnpackedMember member{std::move(name), content(), kind};
    if (auto failed = budget_.add_bytes(member.content.size())) return failed;
    const Result<bool> more = handler_.take(std::move(member));
    if (!more) return more.error();
    is_over_ = !*more;
    return std::nullopt;
  }

  MemberBudget& budget_;
  const MemberHandler& handler_;
  MemberNames names_;
  bool is_over_ = false;
};

Error not_a_message() {
  return {ErrorClass::damaged,
          "is a damaged e-mail message: it has no header, or one of more than a megabyte"};
}

}  // namespace

Result<Extraction> read_mail(std::string_view bytes, const HtmlToText& html_to_text) {
  const Ref<GMimeMessage> message = parse(bytes);
  if (!message) return not_a_message();
  const Parts parts(message.get());
  if (!parts.locked.empty())
    return Error{ErrorClass::encrypted,
                 "is an encrypted e-mail message (" + parts.locked +
                     "): only its receiver's mail program can open it; save it from there"};
  std::string text;
  for (const auto& [name, value] : headers_of(message.get()))
    if (!value.empty()) text += name + ": " + value + "\n";
  for (const Body& body : parts.bodies) {
    const std::string one = text_of(body, html_to_text);
    if (one.find_first_not_of(" \t\r\n\f") == std::string::npos) continue;
    text += (text.empty() ? "" : "\n") + one;
    if (!text.ends_with('\n')) text += '\n';
  }
  Extraction out;
  out.text = text_pages(text);
  out.value["metadata"] = metadata_of(message.get());
  return out;
}

std::optional<Error> unpack_mail(std::string_view bytes, MemberBudget& budget, const MemberHandler& handler) {
  const Ref<GMimeMessage> message = parse(bytes);
  if (!message) return not_a_message();
  return Unpacker(budget, handler).run(Parts(message.get()));
}

std::string name_of_message(std::string_view bytes) {
  const std::string_view header = bytes.substr(0, std::min(bytes.find("\n\n"), bytes.size()));
  const Ref<GMimeMessage> message = parse(std::string(header.substr(0, std::size_t{1} << 16)) + "\n\n");
  if (!message) return "message.eml";
  const std::string date = sent_on(message.get()).substr(0, 10);
  const std::string subject = as_file_name(header_text(g_mime_message_get_subject(message.get())));
  const std::string name = date + (date.empty() || subject.empty() ? "" : " ") + subject;
  return (name.empty() ? "message" : name) + ".eml";
}

void load_mail() { start_gmime(); }

}  // namespace docket::worker
