#pragma once
#include <functional>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/members.h"
#include "pipeline/text.h"
#include "worker/formats/media_type.h"
#include "worker/members/member_cache.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// What to read, and how.
struct ReadOrder {
  std::vector<std::string> passwords = {};  ///< UTF-8; tried in turn where the file needs one.
  PageWatch pages = {};
  TextForm form = {};
  std::vector<std::string> members = {};  ///< See MemberPlace::names.
  MemberLimits member_limits = {};
  Attachments attachments = Attachments::automatic;
  MemberCache* cache = nullptr;  ///< Of a worker that reads many members.
};

/// Reads the regular file behind `descriptor` (which stays open). `announce` is called with what the file is
/// as soon as that is known, before its content is parsed; of the member, where one is read.
Result<Extraction> read_file(int descriptor, const ReadOrder& order, const MediaTypes& media_types,
                             const std::function<void(const FileFacts&)>& announce);

/// The bytes of the member that is ordered, unread.
Result<std::string> read_bytes(int descriptor, const ReadOrder& order, const MediaTypes& media_types);

}  // namespace docket::worker
