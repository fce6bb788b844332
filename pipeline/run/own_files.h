#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/run/inputs.h"

namespace docket {

/// Tells files that docket has written to an output folder from all others, wherever links lead. For one
/// thread at a time.
class OwnFiles {
 public:
  explicit OwnFiles(const std::filesystem::path& output_dir);
  /// `file`: absolute. The ledger is read when a file below the output is asked for first; where it knows
  /// nothing of the file, a record is known by its content.
  bool contains(const std::string& file);
  /// True if the folder is the output, or lies in it.
  bool is_inside(const std::filesystem::path& folder) const;

 private:
  bool is_own_name(const std::string& name);

  const std::filesystem::path output_;  ///< Without links.
  std::string parent_;                  ///< Of the file that was asked for last.
  std::string folder_;                  ///< The same from `output_` on, with a slash behind.
  bool parent_is_inside_ = false;
  std::optional<std::unordered_set<std::string>> names_;  ///< Of documents' files, below the output.
};

/// Finds links inside the output that lead to where documents are listed. For one thread at a time.
class LinksIntoInput {
 public:
  explicit LinksIntoInput(const InputOptions& input);
  /// An Error (class `output`) if a file that is to be written below the output would be there.
  std::optional<Error> check(const std::filesystem::path& file);

 private:
  const std::filesystem::path output_;         ///< Without links.
  std::vector<std::filesystem::path> listed_;  ///< Likewise.
  std::filesystem::path parent_;               ///< Of the file that was asked for last.
  std::filesystem::path folder_;               ///< Where that leads, if it is in the input; else empty.
};

/// An Error (class `config`) if a source lists the output folder, so that records would be read as documents,
/// or names a file that docket has written there. An output below a folder that is listed is no error: it is
/// left out.
std::optional<Error> check_overlap(const InputOptions& input);

}  // namespace docket
