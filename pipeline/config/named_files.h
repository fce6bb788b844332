#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/settings_values.h"
#include "pipeline/support/result.h"

namespace docket {

// Files that a pipeline file names. `name` is as the user wrote it, from `directory` on unless absolute; the
// Error (class `config`) names it that way, so that it reads the same on every machine.

/// A regular file that can be read, and the digest of its content.
Result<FileValue> read_named_file(const std::filesystem::path& directory, const std::string& name);

/// A file of JSON. At most 64 levels deep, no name twice in an object.
Result<nlohmann::json> read_json_file(const std::filesystem::path& directory, const std::string& name);

/// A secret: the file's content without the line end. The file must be closed to other users (mode 0600).
Result<std::string> read_secret_file(const std::filesystem::path& directory, const std::string& name);

/// The content of a regular file of at most `limit` bytes. The Error does not name the file: `no such file`.
Result<std::string> read_whole_file(const std::filesystem::path& file, std::uintmax_t limit);

}  // namespace docket
