#pragma once
#include <string>
#include <string_view>

#include "pipeline/support/result.h"

namespace docket::worker {

/// The content of a file, mapped into memory; read into it where a file system cannot map. When another
/// program shortens a mapped file, touching the lost part raises SIGBUS (see fatal_signals.h).
class MappedFile {
 public:
  static Result<MappedFile> open(int descriptor);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::string_view content() const { return mapping_ ? std::string_view(mapping_, size_) : copy_; }

 private:
  MappedFile() = default;
  const char* mapping_ = nullptr;
  std::size_t size_ = 0;
  std::string copy_;
};

}  // namespace docket::worker
