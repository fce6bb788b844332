#include "pipeline/run/left_out.h"

#include <algorithm>
#include <iterator>

#include "pipeline/support/ascii.h"

namespace docket {
namespace {

/// A name that begins and ends so, or is just `begin`.
struct Shape {
  std::string_view begin, end;
  bool whole = false;
};

// In lower case: Windows and its shares do not tell cases apart. docs/formats.md lists them.
constexpr Shape system_files[] = {
    {"thumbs.db", {}, true},
    {"ehthumbs.db", {}, true},
    {"ehthumbs_vista.db", {}, true},
    {"desktop.ini", {}, true},
    {".ds_store", {}, true},
    {"._", {}},        // Where macOS keeps a file's attributes on a foreign file system.
    {"~$", {}},        // Word and Excel, while a document is open.
    {".~lock.", "#"},  // LibreOffice, likewise.
    {{},
     ":zone.identifier"},  // Where Windows notes that a file was downloaded; copies to Linux have it beside.
    {"thumbs.db:", {}},
    {{}, "@synoeastream"},
    {{}, "@synoresource"},
    {"icon\r", {}, true},  // A folder's picture, of macOS.
    {{}, ".part"},  // Downloads that are not complete: Firefox, Chrome, Safari, and copies of file managers.
    {{}, ".crdownload"},
    {{}, ".download"},
    {{}, ".partial"},
    {{}, ".filepart"},
    {{}, ".opdownload"},
    {{}, ".aria2"},
    {{}, ".tmp"},
};

constexpr Shape system_folders[] = {
    {"@eadir", {}, true},    // Synology's thumbnails and indexes.
    {"#recycle", {}, true},  // Its wastebasket, and that of QNAP.
    {"@recycle", {}, true},     {"@recently-snapshot", {}, true},
    {"recycler", {}, true},  // Older than $RECYCLE.BIN.
    {"$recycle.bin", {}, true}, {"system volume information", {}, true},
    {"lost+found", {}, true},   {".trash", {}},  // .Trash-1000 too.
    {"__macosx", {}, true},                      // In archives that macOS made.
    {".snapshot", {}, true},    {".snapshots", {}, true},
    {{}, ".download"},  // Safari's is a folder.
};

template <typename Shapes>
bool fits_one(const Shapes& shapes, std::string_view name) {
  const std::string lower = to_lower(name);
  return std::ranges::any_of(shapes, [&](const Shape& shape) {
    if (shape.whole) return lower == shape.begin;
    return lower.size() >= shape.begin.size() + shape.end.size() && lower.starts_with(shape.begin) &&
           lower.ends_with(shape.end);
  });
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

LeftOut::LeftOut(const std::vector<std::string>& exclude, const std::filesystem::path& project)
    : project_(project == "/" ? "/" : project.string() + '/') {
  for (const std::string& given : exclude) {
    std::filesystem::path path(given);
    if (given.starts_with("..")) path = project / path;
    std::string pattern = path.lexically_normal().string();
    while (pattern.size() > 1 && pattern.ends_with('/'))
      pattern.pop_back();
    if (pattern.starts_with(project_)) pattern.erase(0, project_.size());
    const bool by_name = pattern.find('/') == std::string::npos;
    exclude_.push_back({Glob(pattern, Glob::Use::match), by_name});
  }
}

bool LeftOut::fits(const Exclusion& exclusion, std::string_view path) const {
  const std::string_view below = path.starts_with(project_) ? path.substr(project_.size()) : path;
  return exclusion.glob.matches(exclusion.by_name ? name_of(path) : below);
}

bool LeftOut::excludes(std::string_view path) const {
  return std::ranges::any_of(exclude_, [&](const Exclusion& exclusion) { return fits(exclusion, path); });
}

bool LeftOut::covers(std::string_view path) const {
  if (exclude_.empty()) return false;
  if (excludes(path)) return true;
  const bool in_project = path.starts_with(project_);
  for (std::size_t end = path.rfind('/'); end != std::string_view::npos && end > 0;
       end = path.rfind('/', end - 1)) {
    if (in_project && end < project_.size()) return false;
    // The name alone says nothing of folders that are no part of the project, such as /tmp.
    const auto fits_folder = [&](const Exclusion& exclusion) {
      return (in_project || !exclusion.by_name) && fits(exclusion, path.substr(0, end));
    };
    if (std::ranges::any_of(exclude_, fits_folder)) return true;
  }
  return false;
}

bool LeftOut::is_system_file(std::string_view name) { return fits_one(system_files, name); }

bool LeftOut::is_system_folder(std::string_view name) { return fits_one(system_folders, name); }

}  // namespace docket
