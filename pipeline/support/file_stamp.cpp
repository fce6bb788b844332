#include "pipeline/support/file_stamp.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <system_error>
#include <vector>

#include "pipeline/support/descriptor.h"
#include "pipeline/support/digest.h"

namespace docket {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
/// File systems tick in steps of up to 10 ms (a jiffy at 100 Hz): a change within the same step as the last
/// would not show in a file's times. Twice that for clocks that differ a little.
constexpr std::int64_t tick_ns = 20'000'000;
constexpr std::size_t block_bytes = std::size_t{1} << 16;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * second_ns + time.tv_nsec; }

FileStamp to_stamp(const struct stat& status) {
  return {status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim),
          static_cast<std::int64_t>(status.st_ino)};
}

Error unreadable(const std::filesystem::path& file, const std::string& why) {
  return {ErrorClass::unreadable, "cannot read " + file.string() + ": " + why};
}

Error unreadable(const std::filesystem::path& file, int error_number) {
  return unreadable(file, std::generic_category().message(error_number));
}

}  // namespace

std::optional<FileStamp> stamp_at(int folder, const char* name) {
  struct stat status {};
  if (fstatat(folder, name, &status, 0) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return to_stamp(status);
}

Result<FileStamp> stamp_of(const std::filesystem::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return unreadable(file, errno);
  if (!S_ISREG(status.st_mode)) return unreadable(file, "not a regular file");
  return to_stamp(status);
}

Result<FileIdentity> identify(const std::filesystem::path& file) {
  const Descriptor descriptor = open_file(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!descriptor) return unreadable(file, errno);
  struct stat before {};
  if (fstat(descriptor.get(), &before) != 0) return unreadable(file, errno);
  if (!S_ISREG(before.st_mode)) return unreadable(file, "not a regular file");
  if (before.st_size > largest_file_bytes) return unreadable(file, "larger than 2 GiB");
  Sha256 hash;
  std::vector<char> block(block_bytes);
  while (true) {
    const ssize_t got = read(descriptor.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(file, errno);
    if (got == 0) break;
    hash.add({block.data(), static_cast<std::size_t>(got)});
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  FileIdentity identity{hash.hex(), to_stamp(before)};
  if (nanoseconds(now) - identity.stamp.ctime_ns < tick_ns) identity.stamp = {before.st_size, -1, -1, -1};
  return identity;
}

}  // namespace docket
