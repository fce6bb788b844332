#pragma once
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// A regular file, open for reading.
struct InputFile {
  Descriptor descriptor;
  std::int64_t size = 0;
};

/// An Error (unreadable) says what is in the way, or what it is if it is no file: opening a pipe or a
/// terminal neither waits nor has an effect.
Result<InputFile> open_input(const std::filesystem::path& path);

/// A file in memory with these bytes.
Result<InputFile> file_of(std::string_view bytes);

/// Tells the system that all of the file will be read soon; does not wait.
void will_need(const InputFile& file);

}  // namespace docket::backends
