#include "pipeline/run/output_mode.h"

#include <fstream>
#include <string>
#include <system_error>

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
  add_mode(output.folder(), folder_mode(mode));
  fs::recursive_directory_iterator entry(output.folder(), error), end;
  for (; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    const fs::path& path = entry->path();
    if (entry->is_symlink(ignored)) continue;
    if (entry->is_directory(ignored)) {
      if (path == output.folder() / ".docket") entry.disable_recursion_pending();
      add_mode(path, folder_mode(mode));
    } else if (entry->is_regular_file(ignored) && own.contains(path.string())) {
      set_mode(path, mode);
    }
  }
  std::ofstream(mode_file(output)) << octal(mode) << "\n";
  set_mode(mode_file(output), mode);
}

}  // namespace docket
