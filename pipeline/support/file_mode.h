#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace docket {

/// Permissions of files that somebody else may read too, as chmod(1) has them.
using FileMode = unsigned;

/// `0640` or `640`; what is wrong with any other text. Its owner reads and writes; not everybody writes;
/// nobody executes.
struct FileModeOrMistake {
  std::optional<FileMode> mode;
  std::string mistake;
};
FileModeOrMistake parse_file_mode(std::string_view text);

/// Of a folder with such files: who may read them may enter it.
FileMode folder_mode(FileMode files);

/// Gives a file or a folder exactly these permissions (but for set-id and sticky bits, which stay), or at
/// least these. A link stays what it is, and so does what is another owner's.
void set_mode(const std::filesystem::path& path, FileMode mode);
void add_mode(const std::filesystem::path& path, FileMode mode);

}  // namespace docket
