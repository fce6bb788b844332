#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "pipeline/members.h"
#include "pipeline/support/result.h"

namespace docket::worker {

/// What one file unpacks to, held against its limits. One for all levels of a file.
class MemberBudget {
 public:
  MemberBudget(const MemberLimits& limits, std::size_t file_bytes)
      : limits_(limits), file_bytes_(file_bytes) {}

  /// The Errors (class `output_limit`) name the limit and its setting.
  std::optional<Error> add_member();
  std::optional<Error> add_bytes(std::size_t bytes);
  /// Of an archive on that level; the file itself is on the first.
  std::optional<Error> check_level(std::size_t level) const;
  std::int64_t depth() const { return limits_.depth; }
  /// Bytes that may still come.
  std::size_t room() const;

 private:
  std::int64_t most_bytes_by_ratio() const;

  const MemberLimits limits_;
  const std::size_t file_bytes_;
  std::int64_t members_ = 0, bytes_ = 0;
};

/// Names of members as they are told: relative, parted by '/', without `.`, `..`, drives and controls, in
/// valid UTF-8, none longer than a file system takes, each once, and none a folder of another.
class MemberNames {
 public:
  std::string add(std::string_view raw);

 private:
  std::string unique(const std::string& folder, const std::string& name, bool is_file);

  std::unordered_set<std::string> files_, folders_;
  std::unordered_map<std::string, int> next_;  ///< Numbers for those that come again.
};

/// The name of a part as one component of a path: a subject may have slashes.
std::string as_file_name(std::string_view text);

enum class MemberKind {
  file,
  picture,    ///< That an HTML body shows.
  signature,  ///< Of the message, for programs.
};

struct UnpackedMember {
  std::string name;
  std::string content;
  MemberKind kind = MemberKind::file;
  std::string problem = {};  ///< Why `content` is not all of it; empty: it is.
};

/// Whoever unpacks a file tells of its members, in their order.
struct MemberHandler {
  /// True: `take` is to get the member.
  std::function<bool(const std::string& name, MemberKind kind)> wants;
  /// An Error ends the unpacking, which fails with it. False: so does nothing more to be wanted, without one.
  std::function<Result<bool>(UnpackedMember member)> take;
};

}  // namespace docket::worker
