#include "pipeline/support/file_mode.h"

#include <sys/stat.h>

#include <charconv>
#include <system_error>

namespace docket {
namespace {

constexpr FileMode all_permissions = 0777;

void change_mode(const std::filesystem::path& path, FileMode kept, FileMode mode) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode)) return;
  const FileMode now = status.st_mode & 07777;
  const FileMode wanted = (now & kept) | mode;
  if (wanted != now) static_cast<void>(chmod(path.c_str(), wanted));
}

}  // namespace

FileModeOrMistake parse_file_mode(std::string_view text) {
  FileMode mode = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  const bool is_octal = error == std::errc() && end == text.data() + text.size();
  const bool has_length = text.size() == 3 || (text.size() == 4 && text[0] == '0');
  if (!is_octal || !has_length)
    return {std::nullopt, "expected permissions as chmod has them, such as \"0640\""};
  if ((mode & 0600) != 0600) return {std::nullopt, "docket itself must read and write its files: 06.."};
  if ((mode & 0002) != 0) return {std::nullopt, "everybody could change the files: the last digit is 0 or 4"};
  if ((mode & 0111) != 0)
    return {std::nullopt, "these files are no programs: each digit is even (folders get what they need)"};
  return {mode, ""};
}

FileMode folder_mode(FileMode files) { return files | ((files & 0444) >> 2); }

void set_mode(const std::filesystem::path& path, FileMode mode) { change_mode(path, ~all_permissions, mode); }

void add_mode(const std::filesystem::path& path, FileMode mode) { change_mode(path, ~FileMode{0}, mode); }

}  // namespace docket
