#pragma once
#include <cstdint>
#include <filesystem>
#include <utility>

#include "pipeline/support/result.h"

namespace docket::backends {

/// A regular file, open for reading, closed with the object.
class InputFile {
 public:
  InputFile() = default;
  explicit InputFile(int descriptor) : descriptor_(descriptor) {}
  InputFile(InputFile&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}
  InputFile& operator=(InputFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~InputFile();

  int descriptor() const { return descriptor_; }
  std::int64_t size() const { return size_; }

 private:
  friend Result<InputFile> open_input(const std::filesystem::path& path);
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

/// An Error (unreadable) says what is in the way, or what it is if it is no file: opening a pipe or a
/// terminal neither waits nor has an effect.
Result<InputFile> open_input(const std::filesystem::path& path);

}  // namespace docket::backends
