#include "pipeline/run/output_mode.h"

#include <fstream>
#include <string>
#include <system_error>
#include <unordered_set>

#include "pipeline/run/own_files.h"

namespace docket {
namespace {

namespace fs = std::filesystem;

/// Says which permissions all files have; without it, they have those with which they were made.
fs::path mode_file(const Output& output) { return output.folder() / ".docket/mode"; }

std::string octal(FileMode mode) {
  std::string text;
  for (const unsigned shift : {9U, 6U, 3U, 0U})
    text += static_cast<char>('0' + ((mode >> shift) & 7));
  return text;
}

}  // namespace

void adopt_mode(const Output& output) {
  std::error_code error;
  if (!output.mode()) {
    fs::remove(mode_file(output), error);
    return;
  }
  const FileMode mode = *output.mode();
  std::string known;
  std::getline(std::ifstream(mode_file(output)), known);
  if (known == octal(mode)) return;
  OwnFiles own(output.folder());
  std::unordered_set<std::string> opened = {(output.folder() / "").parent_path().string()};
  add_mode(output.folder(), folder_mode(mode));
  add_mode(output.folder() / ".docket", folder_mode(mode));
  fs::recursive_directory_iterator entry(output.folder(), fs::directory_options::skip_permission_denied,
                                         error),
      end;
  for (; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const fs::path& path = entry->path();
    if (entry->is_symlink(ignored)) continue;
    if (path == output.folder() / ".docket") entry.disable_recursion_pending();
    if (!entry->is_regular_file(ignored) || !own.contains(path.string())) continue;
    set_mode(path, mode);
    // The folders above it, as each of them must be open. Others are somebody else's, and stay private.
    for (fs::path folder = path.parent_path(); opened.insert(folder.string()).second;
         folder = folder.parent_path())
      add_mode(folder, folder_mode(mode));
  }
  std::ofstream(mode_file(output)) << octal(mode) << "\n";
  set_mode(mode_file(output), mode);
}

}  // namespace docket
