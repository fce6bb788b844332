#include "pipeline/support/descriptor.h"

#include <unistd.h>

#include <cerrno>

namespace docket {

Descriptor::~Descriptor() { close(); }

int Descriptor::close() {
  const int number = std::exchange(number_, -1);
  return number < 0 || ::close(number) == 0 ? 0 : errno;
}

Descriptor open_file(const std::filesystem::path& file, int flags, mode_t mode) {
  return Descriptor(open(file.c_str(), flags | O_CLOEXEC, mode));
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace docket
