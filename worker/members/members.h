#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/members.h"
#include "worker/formats/mail_message.h"
#include "worker/formats/media_type.h"
#include "worker/formats/unpacking.h"
#include "worker/members/member_cache.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// What is needed to open files in files.
struct MemberTools {
  const MediaTypes& media_types;
  const std::vector<std::string>& passwords;
  MemberBudget& budget;  ///< Of the outermost file.
  Attachments attachments = Attachments::automatic;
  std::size_t level = 1;         ///< Of the document whose members are listed; the outermost is on the first.
  MemberCache* cache = nullptr;  ///< Of the worker, if it reads more than one member.
  std::string file_identity = {};  ///< With a cache: which file it is, and as it was when.
};

/// A message in UTF-16, which nobody sends and some programs save, in UTF-8; nothing: it cannot be one.
std::optional<std::string> wide_message(std::string_view bytes);

/// The type of a file that may hold documents: an archive, a message, a mailbox, a PDF, an Office document;
/// empty: it is none.
std::string holder_type(std::string_view bytes, const MediaTypes& media_types);

/// Walks from a file down to the member that `names` lead to, and unpacks it. The Error is of class
/// `unreadable` if it is not there (any more).
Result<std::string> read_member(std::string_view file, const std::vector<std::string>& names,
                                const MemberTools& tools);

/// Puts into `out` which files are in the document, with a `sha256` for each that becomes a document of its
/// own. All of them are unpacked, those in them too, so that a bomb is found where it begins.
std::optional<Error> list_members(std::string_view bytes, std::string_view type, const MemberTools& tools,
                                  Extraction& out);

/// An archive or a mailbox: nothing but its members.
Result<Extraction> read_container(std::string_view bytes, std::string_view type, const MemberTools& tools);

}  // namespace docket::worker
