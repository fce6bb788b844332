#include "worker/read_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>

#include "pipeline/support/digest.h"
#include "worker/formats/archive.h"
#include "worker/formats/mail.h"
#include "worker/formats/mail_message.h"
#include "worker/formats/msg.h"
#include "worker/members.h"
#include "worker/pdf/pdf.h"
#include "worker/process/mapped_file.h"
#include "worker/text/encoding.h"
#include "worker/text/grade.h"
#include "worker/text/plain_text.h"

namespace docket::worker {
namespace {

constexpr std::string_view pdf = "application/pdf";

/// Formats that are text to look at and yet need a reader of their own.
bool is_marked_up(std::string_view media_type) {
  return media_type == "application/postscript" || media_type == "text/rtf" ||
         media_type.starts_with("image/");
}

/// What libmagic calls all kinds of text; what it takes for programs and data is often prose.
bool is_kind_of_text(std::string_view media_type) {
  constexpr std::string_view kinds[] = {
      "text/html",           "text/xml", "text/csv", "application/json", "application/x-ndjson",
      "application/x-subrip"};
  return std::find(std::begin(kinds), std::end(kinds), media_type) != std::end(kinds);
}

/// A format that libmagic knows and that begins as no text does, or bytes between which some happen to be
/// text.
bool is_data(std::string_view bytes, std::string_view media_type, const DecodedText& text) {
  constexpr std::size_t first_look = 64;
  if (text.encoding.starts_with("UTF-16") || text.encoding.starts_with("UTF-32")) return false;
  // What was being written when the power failed ends in zeros.
  const std::string_view written = bytes.substr(0, bytes.find_last_not_of('\0') + 1);
  if (written.find(std::string_view("\0\0\0", 3)) != written.npos) return true;
  const bool is_named = !media_type.starts_with("text/") && media_type != "application/octet-stream";
  return is_named && std::ranges::any_of(bytes.substr(0, first_look), [](char c) {
           return static_cast<unsigned char>(c) < ' ' && !(c >= '\t' && c <= '\r') && c != '\x1b';
         });
}

struct Content {
  std::string media_type;
  std::optional<DecodedText> text;  ///< Set when it is text that docket reads.
};

Content examine(std::string_view bytes, const MediaTypes& media_types) {
  if (bytes.empty()) return {"application/x-empty", {}};
  if (std::string holder = holder_type(bytes, media_types); !holder.empty()) return {std::move(holder), {}};
  if (is_mail(bytes)) return {"message/rfc822", {}};
  std::string type = media_types.of(bytes);
  // For libmagic, what begins with "Date:" or "From:" is a message, be it a memo.
  if (type.starts_with("message/")) type = "text/plain";
  if (is_marked_up(type)) return {std::move(type), {}};
  if (begins_as_pdf(bytes)) return {std::string(pdf), {}};
  if (std::string container = media_types.container(bytes); !container.empty())
    return {std::move(container), {}};
  if (std::string behind = media_types.behind_blanks(bytes); is_marked_up(behind))
    return {std::move(behind), {}};
  if (has_parts_of_pdf(bytes)) return {std::string(pdf), {}};
  std::optional<DecodedText> text = decode_text(bytes);
  if (text && is_data(bytes, type, *text)) text.reset();
  if (!text) return {type.starts_with("text/") ? "application/octet-stream" : std::move(type), {}};
  if (is_mail(text->utf8)) return {"message/rfc822", {}};
  std::string own = text_media_type(text->utf8);
  return {own == "text/plain" && is_kind_of_text(type) ? std::move(type) : std::move(own), std::move(text)};
}

// No reader of HTML and of RTF is there yet: such bodies have no text.
std::string html_to_text(std::string_view) { return {}; }
std::string rtf_to_text(std::string_view) { return {}; }

/// Of a file as it is now; of its content, as long as nobody turns back its clock.
std::string identity_of(int descriptor) {
  struct stat now {};
  if (fstat(descriptor, &now) != 0) return {};
  std::string identity;
  for (const auto number :
       {static_cast<std::int64_t>(now.st_dev), static_cast<std::int64_t>(now.st_ino),
        static_cast<std::int64_t>(now.st_size), static_cast<std::int64_t>(now.st_mtim.tv_sec),
        static_cast<std::int64_t>(now.st_mtim.tv_nsec), static_cast<std::int64_t>(now.st_ctim.tv_nsec)})
    identity += std::to_string(number) + ' ';
  return identity;
}

/// A message in an encoding that has zeros between its letters.
Result<Extraction> read_message(std::string_view bytes, const MemberTools& tools) {
  const auto wide = wide_message(bytes);
  const bool from_outlook = is_msg(bytes);
  auto out = from_outlook ? read_msg(bytes, html_to_text, rtf_to_text)
                          : read_mail(wide ? std::string_view(*wide) : bytes, html_to_text);
  if (!out) return out;
  const char* type = from_outlook ? "application/vnd.ms-outlook" : "message/rfc822";
  if (auto failed = list_members(bytes, type, tools, *out)) return *failed;
  return out;
}

/// Where its files are to be documents, or are the document.
Result<Extraction> read_pdf_and_files(std::string_view bytes, const ReadOrder& order,
                                      const MemberTools& tools) {
  auto out = read_pdf(bytes, order.passwords, order.pages);
  if (!out || out->value["embedded_files"].empty() || tools.attachments == Attachments::never) return out;
  const nlohmann::json problems = out->value.value("problems", nlohmann::json::array());
  const bool is_portfolio = std::ranges::any_of(problems, [](const nlohmann::json& problem) {
    return problem.get_ref<const std::string&>().starts_with("is a portfolio");
  });
  if (!is_portfolio && tools.attachments != Attachments::always) return out;
  if (auto failed = list_members(bytes, pdf, tools, *out)) return *failed;
  if (is_portfolio) out->value["container"] = true;
  return out;
}

Result<Extraction> read_content(std::string_view bytes, const Content& content, const ReadOrder& order,
                                const MemberTools& tools) {
  if (bytes.empty()) return Error{ErrorClass::empty, "is empty (0 bytes)"};
  if (content.media_type == pdf) return read_pdf_and_files(bytes, order, tools);
  if (content.media_type == "message/rfc822" || content.media_type == "application/vnd.ms-outlook")
    return read_message(bytes, tools);
  if (content.media_type == "application/mbox" || is_archive(content.media_type))
    return read_container(bytes, content.media_type, tools);
  if (!content.text) return unsupported(content.media_type);
  Extraction out;
  out.text = text_pages(content.text->utf8);
  out.value["metadata"] = {{"encoding", content.text->encoding}};
  out.value["embedded_files"] = nlohmann::json::array();
  return out;
}

}  // namespace

Result<Extraction> read_file(int descriptor, const ReadOrder& order, const MediaTypes& media_types,
                             const std::function<void(const FileFacts&)>& announce) {
  const auto file = MappedFile::open(descriptor);
  if (!file) return file.error();
  MemberBudget budget(order.member_limits, file->content().size());
  const MemberTools tools{media_types,
                          order.passwords,
                          budget,
                          order.attachments,
                          order.members.size() + 1,
                          order.cache,
                          order.cache == nullptr ? std::string() : identity_of(descriptor)};
  std::string member;
  if (!order.members.empty()) {
    auto found = read_member(file->content(), order.members, tools);
    if (!found) return found.error();
    member = std::move(*found);
  }
  const std::string_view bytes = order.members.empty() ? file->content() : std::string_view(member);
  const Content content = examine(bytes, media_types);
  announce({sha256_hex(bytes), static_cast<std::int64_t>(bytes.size()), content.media_type});
  auto out = read_content(bytes, content, order, tools);
  if (!out) return out;
  out->value["pages"] = out->text.pages.size();
  out->value["characters"] = character_count(out->text);
  if (is_container(out->value)) return out;
  const std::vector<PageGrade> pages = grade_pages(*out);
  out->value["grade"] = grade(pages, out->letters);
  if (auto stretches = page_stretches(pages); !stretches.empty())
    out->value["page_grades"] = std::move(stretches);
  return out;
}

}  // namespace docket::worker
