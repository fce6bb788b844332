#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace docket::worker {

/// Of an open file as it is now; so of its content, as long as nobody turns back its clock.
std::string file_identity(int descriptor);

/// What a worker has unpacked of an archive that can only be unpacked from its beginning, behind the member
/// that it was asked for: those members are asked for next. Without it, each of a thousand members would cost
/// half of the archive.
class MemberCache {
 public:
  /// `archive` says which one it is, and where in which file.
  std::optional<std::string> take(const std::string& archive, const std::string& name);
  /// Forgets what it has; `keep` is told of this archive now.
  void begin(std::string archive);
  /// False: there is no more room.
  bool keep(const std::string& name, std::string content);

 private:
  static constexpr std::size_t most_bytes = std::size_t{48} << 20;

  std::string archive_;
  std::map<std::string, std::string> contents_;  ///< By name.
  std::size_t bytes_ = 0;
};

}  // namespace docket::worker
