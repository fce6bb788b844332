#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/run/output.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket {

/// A file of the output with one JSON text on each line, written block by block under a temporary name and
/// then renamed: readers see the one before it, or all of it. `output` outlives it.
class LinesFile {
 public:
  LinesFile(const Output& output, std::string_view name);
  ~LinesFile();  ///< Without `finish`: the file before it stays.
  LinesFile(const LinesFile&) = delete;
  LinesFile& operator=(const LinesFile&) = delete;

  void add(std::string_view line);
  /// Puts it in its place; returns its size, or what went wrong with any of it.
  Result<std::int64_t> finish();

 private:
  void flush();

  const std::filesystem::path target_, temporary_;
  const std::optional<FileMode> mode_;
  Descriptor descriptor_;
  int error_;  ///< The first errno; 0: none.
  std::string block_;
  std::int64_t written_ = 0;
  bool is_in_place_ = false;
};

}  // namespace docket
