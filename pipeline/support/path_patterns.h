#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "pipeline/support/glob.h"

namespace docket {

/// Files as patterns name them: `--only`, and `path:` in conditions and in the policy; docs/formats.md says
/// what a pattern means. Time is that of the patterns with wildcards: a name without is looked up.
class PathPatterns {
 public:
  enum class Use {
    choose,   ///< A pattern means what it says; links to folders in it count as the folders.
    protect,  ///< In doubt a file is meant: links count as what they lead to, and folders with all below
              ///< them.
  };
  /// `folder`: where relative patterns and names begin. Absolute.
  PathPatterns(std::filesystem::path folder, Use use, LetterCase letters);

  /// Says what is wrong with a pattern that means nothing. The first one has position 0.
  std::optional<std::string> add(std::string_view pattern);

  /// True if a pattern means the file. `file` is absolute and in its shortest form.
  bool contain(const std::string& file) const;
  /// The same, and notes the positions of all patterns that do. `met`: has room for them.
  bool contain(const std::string& file, std::vector<bool>& met) const;
  /// The same for a name such as records have: from `folder` on, or else from the current folder.
  bool contain_named(const std::string& name) const;

 private:
  struct Pattern;  ///< One that is being added.
  std::optional<std::string> add(std::string_view text, std::size_t position);
  void add_name(const Pattern& pattern);
  void add_globs(const Pattern& pattern);
  std::vector<std::string> places_meant(const std::string& path) const;
  template <class Meet>
  bool meet(const std::string& file, const Meet& met) const;
  template <class Meet>
  bool meet_place(const std::string& place, const Meet& met) const;
  std::string widely(const std::string& place) const;
  std::string_view below_folder(std::string_view place) const;

  const std::filesystem::path folder_;
  const std::filesystem::path real_folder_;  ///< Without links.
  const std::filesystem::path current_;
  const Use use_;
  const LetterCase letters_;
  // With the positions of the patterns.
  std::unordered_multimap<std::string, std::size_t> paths_;  ///< Of files and folders. Comparable.
  std::unordered_multimap<std::string, std::size_t> names_;  ///< The same at any depth.
  std::vector<std::pair<Glob, std::size_t>> globs_;          ///< Over whole paths.
  std::vector<std::pair<Glob, std::size_t>> deep_globs_;     ///< Over what is below the folder.
  std::size_t count_ = 0;
};

/// What is wrong with a pattern of a pipeline file that would not mean what it seems to say; empty: nothing.
std::string doubt_about(std::string_view pattern, PathPatterns::Use use);

}  // namespace docket
