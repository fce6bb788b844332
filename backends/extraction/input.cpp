#include "backends/extraction/input.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace docket::backends {
namespace {

Error unreadable(std::string message) { return {ErrorClass::unreadable, std::move(message)}; }

std::string_view kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "something else";
}

}  // namespace

Result<InputFile> open_input(const std::filesystem::path& path) {
  // Before the open: a socket cannot be opened, and opening a device can have an effect.
  struct stat status {};
  if (stat(path.c_str(), &status) != 0)
    return unreadable(std::string("cannot be found: ") + std::strerror(errno));
  const auto no_file = [&] {
    return unreadable("is " + std::string(kind_of(status.st_mode)) + ", not a file");
  };
  if (!S_ISREG(status.st_mode)) return no_file();
  Descriptor descriptor = open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!descriptor) return unreadable(std::string("cannot be opened: ") + std::strerror(errno));
  if (fstat(descriptor.get(), &status) != 0)
    return unreadable(std::string("cannot be read: ") + std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return no_file();
  return InputFile{std::move(descriptor), status.st_size};
}

Result<InputFile> file_of(std::string_view bytes) {
  Descriptor descriptor(memfd_create("member", MFD_CLOEXEC));
  if (!descriptor) return unreadable(std::string("cannot be kept in memory: ") + std::strerror(errno));
  const auto size = static_cast<std::int64_t>(bytes.size());
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return unreadable(std::string("cannot be kept in memory: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return InputFile{std::move(descriptor), size};
}

void will_need(const InputFile& file) { posix_fadvise(file.descriptor.get(), 0, 0, POSIX_FADV_WILLNEED); }

}  // namespace docket::backends
