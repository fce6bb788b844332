#include "worker/process/file_access.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "pipeline/support/descriptor.h"
#include "worker/process/sanitizers.h"

namespace docket::worker {
namespace {

/// What was seen to be opened over thousands of documents once the worker is warm: poppler's character maps,
/// fonts and fontconfig's files about them, the C library's converters, OpenSSL's configuration. Nothing here
/// is a person's.
constexpr const char* data[] = {"/usr/share/poppler",
                                "/usr/share/tesseract-ocr",
                                "/usr/share/tesseract",
                                "/usr/share/tessdata",
                                "/usr/local/share/tessdata",
                                "/usr/share/fonts",
                                "/usr/local/share/fonts",
                                "/usr/share/fontconfig",
                                "/etc/fonts",
                                "/var/cache/fontconfig",
                                "/usr/lib",
                                "/usr/lib32",
                                "/usr/lib64",
                                "/lib",
                                "/lib64",
                                "/etc/ld.so.cache",
                                "/etc/ssl/openssl.cnf",
                                "/etc/localtime",
                                "/usr/share/zoneinfo"};

constexpr std::uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

/// What is taken away: all that the kernel knows, so that files cannot be changed even where it refuses
/// seccomp. As struct landlock_ruleset_attr of newer headers than those of the system.
struct Handled {
  std::uint64_t files = 0, network = 0, scopes = 0;
};

Handled handled_by(long version) {
  Handled handled;
  handled.files = (1U << 13) - 1;                     // Reading, writing, running, making and removing.
  if (version >= 2) handled.files |= 1U << 13;        // Renaming into other folders
  if (version >= 3) handled.files |= 1U << 14;        // Truncating
  if (version >= 5) handled.files |= 1U << 15;        // ioctl() of devices
  if (version >= 4) handled.network = (1U << 2) - 1;  // TCP
  if (version >= 6) handled.scopes = (1U << 2) - 1;   // Abstract sockets, and signals to others
  return handled;
}

/// A version of Landlock knows the members that are no later than it.
std::size_t size_for(long version) {
  return version >= 6   ? sizeof(Handled)
         : version >= 4 ? offsetof(Handled, scopes)
                        : offsetof(Handled, network);
}

/// What is not there needs no rule.
void allow_reading(const Descriptor& rules, const char* path) {
  const Descriptor place = open_file(path, O_PATH);
  struct stat status {};
  if (!place || fstat(place.get(), &status) != 0) return;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(status.st_mode) ? reading : std::uint64_t{LANDLOCK_ACCESS_FS_READ_FILE};
  rule.parent_fd = place.get();
  syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

}  // namespace

FileAccess leave_only_data() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return FileAccess::none;
  const Handled handled = handled_by(version);
  const Descriptor rules(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &handled, size_for(version), 0)));
  if (!rules) return FileAccess::none;
  for (const char* path : data)
    allow_reading(rules, path);
  if (under_sanitizer) allow_reading(rules, "/proc");  // Its reports need to know what is loaded.
  return syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0 ? FileAccess::data_only : FileAccess::none;
}

}  // namespace docket::worker
