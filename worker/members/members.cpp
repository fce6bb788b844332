#include "worker/members/members.h"

#include <algorithm>
#include <utility>

#include "pipeline/support/digest.h"
#include "pipeline/support/system_names.h"
#include "worker/formats/archive.h"
#include "worker/formats/mail.h"
#include "worker/formats/mbox.h"
#include "worker/formats/msg.h"
#include "worker/formats/office.h"
#include "worker/formats/office_type.h"
#include "worker/pdf/attached_files.h"
#include "worker/text/encoding.h"

namespace docket::worker {
namespace {

constexpr std::string_view mail_type = "message/rfc822", mbox_type = "application/mbox",
                           msg_type = "application/vnd.ms-outlook", pdf_type = "application/pdf";

std::optional<Error> unpack_pdf(std::string_view bytes, const MemberTools& tools,
                                const MemberHandler& handler) {
  std::optional<Error> failed;
  MemberNames names;
  std::string name;
  AttachedFileHandler files;
  files.wants = [&](const std::string& given) {
    if (!failed) failed = tools.budget.add_member();
    name = names.add(given);
    return !failed && handler.wants(name, MemberKind::file);
  };
  files.may_grow = [&](std::size_t more) { return !(failed = tools.budget.add_bytes(more)); };
  files.take = [&](const std::string&, std::string content) {
    const Result<bool> more = handler.take({name, std::move(content)});
    if (!more) failed = more.error();
    return more && *more;
  };
  for_each_attached_file(bytes, tools.passwords, files);
  return failed;
}

/// What is shown in the text is a picture of it.
std::optional<Error> unpack_office(std::string_view bytes, std::string_view type, const MemberTools& tools,
                                   const MemberHandler& handler) {
  auto office = read_office(bytes, type, TableForm::plain);
  if (!office) return std::nullopt;
  if (!*office) return office->error();
  MemberNames names;
  for (const nlohmann::json& file : (*office)->value["embedded_files"]) {
    if (auto failed = tools.budget.add_member()) return failed;
    const std::string part = file.value("name", "");
    const bool is_picture = file.value("media_type", "").starts_with("image/") ||
                            part.find("media/") != std::string::npos ||
                            part.find("Pictures/") != std::string::npos;
    const MemberKind kind = is_picture ? MemberKind::picture : MemberKind::file;
    std::string name = names.add(part);
    if (!handler.wants(name, kind)) continue;
    auto content = read_office_member(bytes, part);
    UnpackedMember member{std::move(name), content ? std::move(*content) : std::string(), kind};
    if (!content) member.problem = content.error().message;
    if (auto failed = tools.budget.add_bytes(member.content.size())) return failed;
    const Result<bool> more = handler.take(std::move(member));
    if (!more) return more.error();
    if (!*more) break;
  }
  return std::nullopt;
}

std::optional<Error> unpack(std::string_view bytes, std::string_view type, const MemberTools& tools,
                            const MemberHandler& handler, std::vector<std::string>& problems) {
  if (is_archive(type)) return unpack_archive(bytes, type, tools.passwords, tools.budget, handler, problems);
  if (type == pdf_type) return unpack_pdf(bytes, tools, handler);
  if (type == mbox_type) return unpack_mbox(bytes, tools.budget, handler);
  if (type == msg_type) return unpack_msg(bytes, tools.budget, handler);
  if (type == mail_type) {
    const auto utf8 = wide_message(bytes);
    return unpack_mail(utf8 ? *utf8 : bytes, tools.budget, handler);
  }
  return unpack_office(bytes, type, tools, handler);
}

bool holds_documents(std::string_view type, Attachments attachments) {
  if (type == pdf_type || format_of(type) != DocumentFormat::none) return attachments == Attachments::always;
  return is_archive(type) || type == mbox_type || type == msg_type || type == mail_type;
}

/// Goes through all that is in a member, for the limits alone.
std::optional<Error> measure(std::string_view bytes, const MemberTools& outer) {
  MemberTools tools{outer.media_types, outer.passwords, outer.budget, outer.attachments, outer.level + 1};
  const std::string type = holder_type(bytes, tools.media_types);
  if (!holds_documents(type, tools.attachments)) return std::nullopt;
  if (is_archive(type))
    if (auto failed = tools.budget.check_level(tools.level)) return failed;
  if (tools.budget.check_level(tools.level)) return std::nullopt;  // A message has its own text all the same.
  const MemberHandler handler{[](const std::string&, MemberKind kind) { return kind == MemberKind::file; },
                              [&](const UnpackedMember& member) -> Result<bool> {
                                if (auto failed = measure(member.content, tools)) return *failed;
                                return true;
                              }};
  std::vector<std::string> ignored;
  auto failed = unpack(bytes, type, tools, handler, ignored);
  // What is wrong with it is said of it when it is read.
  return failed && failed->error_class == ErrorClass::output_limit ? failed : std::nullopt;
}

/// Left beside documents by a system.
bool is_of_a_system(std::string_view name) {
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view component = name.substr(begin, end - begin);
    const bool is_last = end == name.size();
    if (component.starts_with('.') || (is_last ? is_system_file(component) : is_system_folder(component)))
      return true;
    begin = end + 1;
  }
  return false;
}

class Lister {
 public:
  Lister(std::string_view type, const MemberTools& tools, Extraction& out)
      : type_(type), tools_(tools), out_(out), files_(nlohmann::json::array()) {}

  std::optional<Error> run(std::string_view bytes) {
    std::vector<std::string> problems;
    const MemberHandler handler{
        [this](const std::string& name, MemberKind kind) { return wants(name, kind); },
        [this](UnpackedMember member) { return take(std::move(member)); }};
    if (auto failed = unpack(bytes, type_, tools_, handler, problems)) return failed;
    out_.value["embedded_files"] = std::move(files_);
    if (is_too_deep())
      problems.push_back("the files in it are no documents of their own: it is on level " +
                         std::to_string(tools_.level) +
                         " of files within files (`members.depth` of the extract stage)");
    for (std::string& problem : problems)
      out_.value["problems"].push_back(std::move(problem));
    return std::nullopt;
  }
  std::size_t damaged() const { return damaged_; }

 private:
  bool is_too_deep() const {
    return !is_archive(type_) && tools_.budget.check_level(tools_.level) && !files_.empty();
  }

  bool wants(const std::string& name, MemberKind kind) {
    if (tools_.attachments != Attachments::never) return true;
    files_.push_back({{"name", name}});
    if (kind != MemberKind::file) files_.back()["inline"] = true;
    return false;
  }

  Result<bool> take(UnpackedMember member) {
    nlohmann::json entry = {{"name", member.name}, {"bytes", member.content.size()}};
    std::string type = holder_type(member.content, tools_.media_types);
    if (type.empty()) type = tools_.media_types.of(member.content);
    entry["media_type"] = std::move(type);
    if (member.kind != MemberKind::file) entry["inline"] = true;
    if (!member.problem.empty()) {
      ++damaged_;
      entry["problem"] = member.problem;
      out_.value["problems"].push_back(member.name + " is damaged: " + member.problem);
    } else if (becomes_document(member)) {
      entry["sha256"] = sha256_hex(member.content);
      if (auto failed = measure(member.content, tools_)) return *failed;
    }
    files_.push_back(std::move(entry));
    return true;
  }

  bool becomes_document(const UnpackedMember& member) const {
    if (member.kind != MemberKind::file || tools_.budget.check_level(tools_.level)) return false;
    return !is_archive(type_) || !is_of_a_system(member.name);
  }

  const std::string type_;
  const MemberTools& tools_;
  Extraction& out_;
  nlohmann::json files_;
  std::size_t damaged_ = 0;
};

/// Its members can only be had one after the other.
bool is_solid(std::string_view type) {
  return type == mbox_type || (is_archive(type) && type != "application/zip" && type != "application/x-tar");
}

/// The first member of that name. `archive`: for the cache, see there.
Result<std::string> read_one(std::string_view bytes, const std::string& name, const std::string& archive,
                             const MemberTools& tools) {
  const std::string type = holder_type(bytes, tools.media_types);
  MemberCache* const cache = is_solid(type) ? tools.cache : nullptr;
  if (cache != nullptr) cache->begin(archive);
  std::optional<std::string> found;
  std::string problem;
  const MemberHandler handler{
      [&](const std::string& one, MemberKind) { return found ? cache != nullptr : one == name; },
      [&](UnpackedMember member) -> Result<bool> {
        if (found) return !member.problem.empty() || cache->keep(member.name, std::move(member.content));
        problem = std::move(member.problem);
        found = std::move(member.content);
        return cache != nullptr;
      }};
  std::vector<std::string> ignored;
  if (auto failed = unpack(bytes, type, tools, handler, ignored); failed && !found) return *failed;
  if (!found) return Error{ErrorClass::unreadable, "is no longer in the file that had it"};
  if (!problem.empty()) return Error{ErrorClass::damaged, "is damaged: " + problem};
  return std::move(*found);
}

/// Which archive it is whose member the last of the names is.
std::string archive_of(const std::vector<std::string>& names, std::size_t last, const MemberTools& tools) {
  std::string archive = tools.file_identity;
  for (std::size_t i = 0; i < last; ++i)
    (archive += '\0') += names[i];
  return archive;
}

}  // namespace

std::optional<std::string> wide_message(std::string_view bytes) {
  constexpr std::size_t first_words = 16;
  if (bytes.substr(0, first_words).find('\0') == bytes.npos) return std::nullopt;
  const bool is_marked = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF");
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  const bool may_be_text = bytes.size() > 2 && (is_letter(bytes[0]) != is_letter(bytes[1]));
  if (!is_marked && !may_be_text) return std::nullopt;
  auto decoded = decode_text(bytes);
  return decoded ? std::optional(std::move(decoded->utf8)) : std::nullopt;
}

std::string holder_type(std::string_view bytes, const MediaTypes& media_types) {
  if (const auto utf8 = wide_message(bytes); utf8 && is_mail(*utf8)) return std::string(mail_type);
  if (begins_as_pdf(bytes)) return std::string(pdf_type);
  if (is_mbox(bytes)) return std::string(mbox_type);
  if (is_mail(bytes)) return std::string(mail_type);
  if (is_msg(bytes)) return std::string(msg_type);
  std::string type = media_types.container(bytes);
  if (type.empty() || is_cut_office(bytes)) return {};
  if (std::string document = zip_document_type(bytes); !document.empty()) return document;
  return is_archive(type) ? type : std::string();
}

Result<std::string> read_member(std::string_view file, const std::vector<std::string>& names,
                                const MemberTools& tools) {
  if (tools.cache != nullptr)
    if (auto kept = tools.cache->take(archive_of(names, names.size() - 1, tools), names.back()))
      return std::move(*kept);
  std::string content;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto member =
        read_one(i == 0 ? file : std::string_view(content), names[i], archive_of(names, i, tools), tools);
    if (!member) return member;
    content = std::move(*member);
  }
  return content;
}

std::optional<Error> list_members(std::string_view bytes, std::string_view type, const MemberTools& tools,
                                  Extraction& out) {
  return Lister(type, tools, out).run(bytes);
}

Result<Extraction> read_container(std::string_view bytes, std::string_view type, const MemberTools& tools) {
  if (is_archive(type))
    if (auto failed = tools.budget.check_level(tools.level)) return *failed;
  Extraction out;
  Lister lister(type, tools, out);
  if (auto failed = lister.run(bytes)) return *failed;
  const nlohmann::json& files = out.value["embedded_files"];
  if (files.empty()) return Error{ErrorClass::empty, "is an archive without files"};
  if (lister.damaged() == files.size())
    return Error{ErrorClass::damaged, "is damaged: none of its files can be unpacked whole"};
  out.value["container"] = true;
  return out;
}

}  // namespace docket::worker
