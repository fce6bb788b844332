#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/support/result.h"

namespace docket {

/// True if the file is a Depfile of these shared files.
bool is_depfile(const std::filesystem::path& file, const std::vector<std::filesystem::path>& shared);

/// What records depend on, as make reads it: `RECORD: DOCUMENT PIPELINE SCHEMA…`, and an empty rule for each
/// prerequisite, so that one which is gone stops nothing. Paths are relative to the current folder where they
/// are below it, as a Makefile names them.
class Depfile {
 public:
  /// `shared`: what every record depends on.
  explicit Depfile(const std::vector<std::filesystem::path>& shared);
  void add(const std::filesystem::path& record, const std::filesystem::path& document);
  std::optional<Error> write(const std::filesystem::path& file) const;
  const std::string& content() const { return rules_; }

 private:
  std::string shared_;
  std::string rules_;
};

}  // namespace docket
