#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace docket {

/// A pattern for paths, as shells know them: `*`, `?` and `[a-z]` within one component, `**` for any number
/// of folders. A leading dot must be written out.
class Glob {
 public:
  explicit Glob(std::string_view pattern);
  /// Everything below a folder, whatever characters its name has.
  static Glob below(std::string folder);

  /// True if the pattern fits the whole path.
  bool matches(std::string_view path) const;

  /// True if `text` has one of the characters that make a pattern.
  static bool is_pattern(std::string_view text);

  /// The folders that come before the first component with a pattern: where a search begins.
  const std::string& root() const { return root_; }

  /// How far into the pattern the folders so far have led; more than one place where `**` leaves a choice.
  using Places = std::vector<std::size_t>;
  Places start() const { return closure({0}); }                         ///< In `root()`.
  Places enter(const Places& places, const std::string& folder) const;  ///< Empty: nothing there can match.
  bool accepts(const Places& places, const std::string& file) const;

 private:
  Glob() = default;
  Places closure(Places places) const;

  std::string root_;
  std::vector<std::string> components_;  ///< After the root.
};

/// `glob` over a document's path as `--only` means it: without a slash, over the file name alone.
bool matches_document(const std::string& glob, const std::string& path);

}  // namespace docket
