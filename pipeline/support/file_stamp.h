#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/support/result.h"

namespace docket {

/// What one stat(2) tells of a regular file: as long as it is the same, so is the content.
struct FileStamp {
  std::int64_t size = -1, mtime_ns = -1, ctime_ns = -1, inode = -1;
  bool known() const { return mtime_ns >= 0; }
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// Of a regular file, by its name from an open folder on (or AT_FDCWD); nothing for whatever else there is.
std::optional<FileStamp> stamp_at(int folder, const char* name);

/// The Error (class `unreadable`) says why there is none.
Result<FileStamp> stamp_of(const std::filesystem::path& file);

/// What a file was when it was read.
struct FileIdentity {
  std::string sha256;  ///< Hex, of the content.
  FileStamp stamp;     ///< Not `known` when the file may have changed since without a trace in its times.
};

/// What is larger is not read, neither for its identity nor for its content: 2 GiB.
inline constexpr std::int64_t largest_file_bytes = std::int64_t{1} << 31;

/// Reads the whole file. The Error is of class `unreadable`.
Result<FileIdentity> identify(const std::filesystem::path& file);

}  // namespace docket
