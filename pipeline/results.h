#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "pipeline/output.h"

namespace docket {

/// Collects one line per document, in whatever order documents end, and writes them as results.jsonl in the
/// order of the input. Lines wait on disk, not in memory: `lines` holds them as they came, `index` 16 bytes
/// (offset and length, 0: no line) at 16 times the document's number. Not for two threads at once.
class Results {
 public:
  static constexpr std::string_view file_name = "results.jsonl";

  explicit Results(const Output& output);
  ~Results();
  Results(const Results&) = delete;
  Results& operator=(const Results&) = delete;

  /// `line` without its newline.
  std::optional<Error> add(std::size_t number, std::string_view line);
  /// Puts the file in its place.
  std::optional<Error> finish();

 private:
  const Output& output_;
  int lines_;
  int index_;
  std::uint64_t end_ = 0;      ///< Of `lines`.
  std::size_t documents_ = 0;  ///< One more than the highest number.
};

}  // namespace docket
