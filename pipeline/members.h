#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// Which of the files in a document become documents of their own.
enum class Attachments {
  automatic,  ///< Members of archives and mailboxes, attachments of mails, files of PDF portfolios.
  always,     ///< Those of other PDFs and of office documents too.
  never,
};

/// How much one file may unpack to. What goes beyond is taken for a bomb.
struct MemberLimits {
  std::int64_t depth = 5;                      ///< Levels of archives within archives.
  std::int64_t count = 10'000;                 ///< Members, on all levels together.
  std::int64_t total = std::int64_t{1} << 30;  ///< Bytes of them, unpacked, likewise.
  std::int64_t ratio = 250;                    ///< Unpacked bytes for each byte of the file.
  friend bool operator==(const MemberLimits&, const MemberLimits&) = default;
};

/// Where a document is that is inside of another.
struct MemberPlace {
  std::string outer;               ///< `path` of the document that holds it.
  std::vector<std::string> names;  ///< From the file down to the document: of a member on each level.
  std::string sha256;              ///< As the outer one gave it when it was last read.
  std::int64_t place = 0;          ///< Among the members of the outer one.
};

/// A file inside of a document that is a document of its own.
struct Member {
  std::string name;  ///< In its outer document. Relative, without `.` and `..`, and unique there.
  std::string sha256;
  std::int64_t bytes = 0;
};

/// What the stage that reads the file found: those of `embedded_files` that have a `sha256`. A worker that a
/// file has taken over may have said anything: what cannot be a member of a file is left out.
std::vector<Member> members_in(const nlohmann::json& output);

/// True if the document has no text of its own but only members: no later stage has anything to look at.
bool is_container(const nlohmann::json& output);

/// `path` of a member.
std::string member_path(std::string_view outer, std::string_view name);

}  // namespace docket
