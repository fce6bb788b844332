#include "pipeline/support/system_names.h"

#include <algorithm>

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

}  // namespace

bool is_system_file(std::string_view name) { return fits_one(system_files, name); }

bool is_system_folder(std::string_view name) { return fits_one(system_folders, name); }

}  // namespace docket
