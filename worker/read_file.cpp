#include "worker/read_file.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/support/digest.h"
#include "worker/formats/archive.h"
#include "worker/formats/data_type.h"
#include "worker/formats/einvoice.h"
#include "worker/formats/html.h"
#include "worker/formats/mail.h"
#include "worker/formats/mail_message.h"
#include "worker/formats/markup_type.h"
#include "worker/formats/msg.h"
#include "worker/formats/office.h"
#include "worker/formats/office_type.h"
#include "worker/formats/picture.h"
#include "worker/formats/rtf.h"
#include "worker/members/members.h"
#include "worker/pdf/pdf.h"
#include "worker/process/mapped_file.h"
#include "worker/text/encoding.h"
#include "worker/text/finish.h"
#include "worker/text/grade.h"
#include "worker/text/passwords.h"
#include "worker/text/plain_text.h"
#include "worker/text/table.h"

namespace docket::worker {
namespace {

constexpr std::string_view pdf = "application/pdf";

/// Formats that are text to look at and yet need a reader of their own.
bool is_marked_up(std::string_view media_type) {
  return media_type == "application/postscript" || media_type == "text/rtf" ||
         media_type.starts_with("image/");
}

/// What kind of text it is. What libmagic takes for programs and data is often prose.
std::string kind_of_text(std::string_view utf8, std::string_view libmagic) {
  if (const std::string_view markup = markup_type(utf8, libmagic);
      !markup.empty() && (markup != "text/html" || text_media_type(utf8) != "text/markdown"))
    return std::string(markup);
  const std::string_view data = data_media_type(utf8);
  std::string own = text_media_type(utf8);
  if (!data.empty() && (own == "text/plain" || data != "text/csv")) return std::string(data);
  return own == "text/plain" && libmagic == "application/x-subrip" ? std::string(libmagic) : own;
}

constexpr std::string_view cut_office = "application/vnd.openxmlformats-officedocument";

/// The type of a container, which is looked into; empty: it is none.
std::string container_type(std::string_view bytes, const MediaTypes& media_types) {
  std::string container = media_types.container(bytes);
  if (container.empty()) return container;
  if (std::string document = zip_document_type(bytes); !document.empty()) return document;
  if (is_cut_office(bytes)) return std::string(cut_office);
  if (std::string document = ole_document_type(bytes);
      !document.empty() && bytes.starts_with("\xD0\xCF\x11\xE0"))
    return document;
  return container;
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
  /// Set when that is an electronic invoice, with what is wrong with it.
  std::optional<Result<nlohmann::json>> einvoice = {};
  std::vector<std::string> einvoice_problems = {};
};

Content examine(std::string_view bytes, const MediaTypes& media_types) {
  if (bytes.empty()) return {"application/x-empty", {}};
  if (bytes.starts_with("%PDF-")) return {std::string(pdf), {}};  // As libmagic says too, after a while.
  if (std::string holder = holder_type(bytes, media_types); !holder.empty()) return {std::move(holder), {}};
  if (is_mail(bytes)) return {"message/rfc822", {}};
  std::string type = media_types.of(bytes);
  // For libmagic, what begins with "Date:" or "From:" is a message, be it a memo.
  if (type.starts_with("message/")) type = "text/plain";
  if (is_marked_up(type)) return {std::move(type), {}};
  if (begins_as_pdf(bytes)) return {std::string(pdf), {}};
  if (std::string container = container_type(bytes, media_types); !container.empty())
    return {std::move(container), {}};
  if (std::string behind = media_types.behind_blanks(bytes); is_marked_up(behind))
    return {std::move(behind), {}};
  if (has_parts_of_pdf(bytes)) return {std::string(pdf), {}};
  std::optional<DecodedText> text = decode_text(bytes);
  if (text && is_data(bytes, type, *text)) text.reset();
  if (!text) return {type.starts_with("text/") ? "application/octet-stream" : std::move(type), {}};
  if (is_mail(text->utf8)) return {"message/rfc822", {}};
  std::vector<std::string> problems;
  if (auto einvoice = einvoice_in(text->utf8, problems))
    return {"application/xml", std::move(text), std::move(einvoice), std::move(problems)};
  std::string kind = kind_of_text(text->utf8, type);
  if (kind.starts_with("image/")) text.reset();
  return {std::move(kind), std::move(text)};
}

std::string joined(const Text& text) {
  std::string all;
  for (const Page& page : text.pages)
    all += page.text;
  return all;
}

std::string html_to_text(std::string_view utf8) { return joined(read_html(utf8, TableForm::plain).text); }

std::string rtf_to_text(std::string_view bytes) {
  const auto read = read_rtf(bytes, TableForm::plain);
  return read ? joined(read->text) : std::string();
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
  const TableForm tables =
      order.form.tables == TextForm::Tables::markdown ? TableForm::markdown : TableForm::plain;
  if (bytes.empty()) return Error{ErrorClass::empty, "is empty (0 bytes)"};
  if (content.media_type == pdf) return read_pdf_and_files(bytes, order, tools);
  if (content.media_type == "message/rfc822" || content.media_type == "application/vnd.ms-outlook")
    return read_message(bytes, tools);
  if (content.media_type == "application/mbox" || is_archive(content.media_type))
    return read_container(bytes, content.media_type, tools);
  if (is_picture(content.media_type)) return read_picture(bytes, content.media_type);
  if (content.einvoice && !*content.einvoice) return content.einvoice->error();
  if (content.einvoice) return einvoice_as_document(**content.einvoice, content.einvoice_problems);
  if (content.text) return read_decoded(*content.text, content.media_type, tables);
  if (content.media_type == "text/rtf") return read_rtf(bytes, tables);
  if (content.media_type == "application/encrypted") return Error{ErrorClass::encrypted, takes_no_password};
  if (content.media_type == cut_office)
    return Error{ErrorClass::damaged, "is a broken Office document: it is cut off"};
  if (auto office = read_office(bytes, content.media_type, tables)) {
    const bool has_files = *office && !(*office)->value["embedded_files"].empty();
    if (has_files && tools.attachments == Attachments::always)
      if (auto failed = list_members(bytes, content.media_type, tools, **office)) return *failed;
    return std::move(*office);
  }
  return unsupported(content.media_type);
}

MemberTools tools_for(int descriptor, const ReadOrder& order, const MediaTypes& media_types,
                      MemberBudget& budget) {
  return {media_types,
          order.passwords,
          budget,
          order.attachments,
          order.members.size() + 1,
          order.cache,
          order.cache == nullptr ? std::string() : file_identity(descriptor)};
}

}  // namespace

Result<Extraction> read_file(int descriptor, const ReadOrder& order, const MediaTypes& media_types,
                             const std::function<void(const FileFacts&)>& announce) {
  const auto file = MappedFile::open(descriptor);
  if (!file) return file.error();
  MemberBudget budget(order.member_limits, file->content().size());
  const MemberTools tools = tools_for(descriptor, order, media_types, budget);
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
  read_attached_einvoices(out->attached_xml, out->value);
  if (!is_container(out->value)) {
    finish(*out, order.form);
  } else {
    out->value["pages"] = out->text.pages.size();
    out->value["characters"] = character_count(out->text);
  }
  return out;
}

Result<std::string> read_bytes(int descriptor, const ReadOrder& order, const MediaTypes& media_types) {
  const auto file = MappedFile::open(descriptor);
  if (!file) return file.error();
  MemberBudget budget(order.member_limits, file->content().size());
  return read_member(file->content(), order.members, tools_for(descriptor, order, media_types, budget));
}

}  // namespace docket::worker
