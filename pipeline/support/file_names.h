#pragma once
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/support/unicode_form.h"

namespace docket {

/// Finds files by names that are spelt differently on the disk. For one thread.
class FileNames {
 public:
  explicit FileNames(LetterCase letters) : letters_(letters) {}

  /// What a path means on this disk: itself if it is there; else the files and folders whose path differs
  /// from it only in Unicode's normal form (and in case, where it is ignored), sorted. `path`: without `.`
  /// and `..`. The folder that was read last is not read again.
  std::vector<std::string> find(const std::string& path);

 private:
  const std::unordered_multimap<std::string, std::string>& read(const std::filesystem::path& folder);

  const LetterCase letters_;
  std::filesystem::path folder_;                             ///< Read last; empty: none yet.
  std::unordered_multimap<std::string, std::string> names_;  ///< In it, by what they are compared by.
};

/// True if there is such a name, also of a link that leads nowhere.
bool is_there(const std::filesystem::path& path);

/// Of a path that is not there, the name beside the first part of it that is missing which looks most like
/// that:
/// `, did you mean 'in'?`; empty: none does. `typed`: the end of the path as a person wrote it, which is then
/// shown with that name in it (`, did you mean 'in/a.pdf'?`), if it is there.
std::string similar_name(const std::filesystem::path& path, const std::filesystem::path& typed = {});

/// The path, where each link leads to if it is one, and its place with all links resolved, as far as it is
/// there. `path` is absolute.
std::vector<std::string> places_of(const std::string& path);

/// The path without links, as far as it is there; where that cannot be told, in its shortest form.
std::filesystem::path without_links(const std::filesystem::path& path);

}  // namespace docket
