#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/glob.h"

namespace docket {

/// What a listing leaves out: what `input.exclude` names, and what no person put there.
class LeftOut {
 public:
  /// `exclude`: globs relative to `project`; without a slash they look at the name of a file or a folder. A
  /// folder that fits stands for all below it.
  LeftOut(const std::vector<std::string>& exclude, const std::filesystem::path& project);

  /// True if the file or folder itself is excluded. `path` is absolute.
  bool excludes(std::string_view path) const;
  /// True if it is, or a folder that it is in.
  bool covers(std::string_view path) const;

 private:
  struct Exclusion {
    Glob glob;
    bool by_name;
  };
  bool fits(const Exclusion& exclusion, std::string_view path) const;

  const std::string project_;  ///< With a slash behind.
  std::vector<Exclusion> exclude_;
};

}  // namespace docket
