#include "pipeline/run/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <fstream>
#include <mutex>
#include <sstream>

#include "pipeline/run/output.h"
#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

/// How often a lock is asked for again. flock(2) itself could wait, but would not see a stop.
constexpr std::chrono::milliseconds retry_interval{100};

/// The file is three lines: pid, host, start.
LockHolder read_holder(int descriptor) {
  std::array<char, 512> text{};
  const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
  std::istringstream lines(std::string(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
  LockHolder holder;
  std::string pid;
  std::getline(lines, pid);
  std::getline(lines, holder.host);
  std::getline(lines, holder.started);
  holder.pid = std::strtoll(pid.c_str(), nullptr, 10);
  return holder;
}

int write_holder(int descriptor) {
  const std::string text = std::to_string(getpid()) + "\n" + this_host() + "\n" + utc_now() + "\n";
  if (ftruncate(descriptor, 0) != 0) return errno;
  if (pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return errno;
  return 0;
}

}  // namespace

std::string this_host() {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  return host.data();
}

std::string to_string(const LockHolder& holder) {
  if (holder.pid == 0) return "another process";
  return "process " + std::to_string(holder.pid) + " on " + holder.host + ", since " + holder.started;
}

LockHolder last_holder(const std::filesystem::path& file) {
  const Descriptor descriptor = open_file(file, O_RDONLY);
  return descriptor ? read_holder(descriptor.get()) : LockHolder();
}

bool may_be_alive(const LockHolder& holder) {
  if (holder.pid <= 0) return false;
  return holder.host != this_host() || kill(static_cast<pid_t>(holder.pid), 0) == 0 || errno != ESRCH;
}

/// The kernel's list: `1: FLOCK  ADVISORY  WRITE 4711 08:01:131 0 EOF`.
std::optional<LockHolder> RunLock::holder_of(const std::filesystem::path& file) {
  const Descriptor descriptor = open_file(file, O_RDONLY);
  struct stat status {};
  if (!descriptor || fstat(descriptor.get(), &status) != 0) return std::nullopt;
  const LockHolder holder = read_holder(descriptor.get());
  const std::string inode = std::to_string(status.st_ino), pid = std::to_string(holder.pid);
  std::ifstream locks("/proc/locks");
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, advice, mode, owner, place;
    words >> number >> kind >> advice >> mode >> owner >> place;
    if (kind == "FLOCK" && owner == pid && place.ends_with(":" + inode)) return holder;
  }
  return std::nullopt;
}

std::variant<RunLock, RunLock::Busy, Error> RunLock::take(const std::filesystem::path& file) {
  Descriptor descriptor = open_file(file, O_RDWR | O_CREAT);
  if (!descriptor) return write_error(file, errno);
  if (flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Busy{read_holder(descriptor.get())};
    return Error{ErrorClass::output,
                 "cannot lock " + file.string() + ": " + std::generic_category().message(errno)};
  }
  if (const int failed = write_holder(descriptor.get())) return write_error(file, failed);
  return RunLock(std::move(descriptor));
}

std::variant<RunLock, RunLock::Busy, Error> RunLock::wait(
    const std::filesystem::path& file, const std::stop_token& stop,
    const std::function<void(const LockHolder&)>& waiting) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  bool told = false;
  while (true) {
    auto taken = take(file);
    const Busy* const busy = std::get_if<Busy>(&taken);
    if (busy == nullptr || stop.stop_requested()) return taken;
    if (!told && waiting) waiting(busy->holder);
    told = true;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, retry_interval, [] { return false; });
  }
}

}  // namespace docket
