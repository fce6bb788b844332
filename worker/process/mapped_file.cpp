#include "worker/process/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

namespace docket::worker {
namespace {

constexpr std::size_t largest = std::numeric_limits<int>::max();  ///< Bytes that poppler takes.

Error unreadable() {
  return {ErrorClass::unreadable, std::string("cannot be read: ") + std::strerror(errno)};
}

Result<std::string> read_all(int descriptor) {
  std::string content;
  std::array<char, 65536> chunk;
  while (true) {
    const ssize_t got = pread(descriptor, chunk.data(), chunk.size(), static_cast<off_t>(content.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable();
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<MappedFile> MappedFile::open(int descriptor) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) return unreadable();
  MappedFile file;
  file.size_ = static_cast<std::size_t>(status.st_size);
  if (file.size_ == 0) return file;
  if (file.size_ > largest)
    return Error{ErrorClass::unsupported, "is larger than the 2 GiB that docket reads"};
  void* mapping = mmap(nullptr, file.size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (mapping != MAP_FAILED) {
    file.mapping_ = static_cast<const char*>(mapping);
    return file;
  }
  if (errno == ENOMEM) return unreadable();
  auto copy = read_all(descriptor);
  if (!copy) return copy.error();
  file.copy_ = std::move(*copy);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)), size_(other.size_), copy_(std::move(other.copy_)) {}

MappedFile::~MappedFile() {
  if (mapping_) munmap(const_cast<char*>(mapping_), size_);
}

}  // namespace docket::worker
