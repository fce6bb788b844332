#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/result.h"

namespace docket::worker {

struct ZipEntry {
  std::string name;         ///< As in the archive, in UTF-8 where it says so.
  std::int64_t bytes = -1;  ///< Unpacked; -1: the archive does not say.
};

/// The parts of a document that is a zip archive, such as docx: its directory, and the parts that a reader
/// asks for, unpacked in memory.
class ZipParts {
 public:
  /// Unpacks those parts whose name `wanted` takes. An Error: `damaged` when the archive has no directory or
  /// a wanted part is broken, `encrypted` when one has a password, `memory` when they are too many or too
  /// large.
  static Result<ZipParts> open(std::string_view bytes, const std::function<bool(std::string_view)>& wanted);

  const std::vector<ZipEntry>& entries() const { return entries_; }  ///< Files only.
  bool has(std::string_view name) const { return part(name) != nullptr; }
  /// Null: there is no such part, or it was not asked for. Case does not count, as programs mix it.
  const std::string* part(std::string_view name) const;

 private:
  std::vector<ZipEntry> entries_;
  std::map<std::string, std::string, std::less<>> parts_;  ///< By their name in lower case.
};

/// The names in the directory of a zip archive; none: it is broken, or no such archive.
std::vector<std::string> zip_names(std::string_view bytes);

/// One part of a zip archive, whatever its kind.
Result<std::string> read_zip_part(std::string_view bytes, std::string_view name);

}  // namespace docket::worker
