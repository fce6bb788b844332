#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "pipeline/result.h"

namespace docket {

/// What one stat(2) tells of a regular file: as long as it is the same, so is the content.
struct FileStamp {
  std::int64_t size = -1, mtime_ns = -1, ctime_ns = -1, inode = -1;
  bool known() const { return mtime_ns >= 0; }
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// The Error (class `unreadable`) says why there is none.
Result<FileStamp> stamp_of(const std::filesystem::path& file);

/// What a file was when it was read.
struct FileIdentity {
  std::string sha256;  ///< Hex, of the content.
  FileStamp stamp;     ///< Not `known` when the file may have changed since without a trace in its times.
};

/// Reads the whole file. The Error is of class `unreadable`.
Result<FileIdentity> identify(const std::filesystem::path& file);

}  // namespace docket
