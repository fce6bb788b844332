#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket {

/// Who holds a lock, as its file says.
struct LockHolder {
  std::string host;
  std::int64_t pid = 0;
  std::string started;  ///< ISO 8601, UTC.
};

/// The name of this machine, as locks and runs have it.
std::string this_host();

/// "process 4711 on host, since 2026-11-01T12:00:00Z".
std::string to_string(const LockHolder& holder);

/// Who has taken the lock last, and may have ended since; without a pid: nobody, as far as the file says.
LockHolder last_holder(const std::filesystem::path& file);

/// False: the process was of this machine, and there is no such process any more.
bool may_be_alive(const LockHolder& holder);

/// A lock that one process holds until it ends, however it ends: the kernel gives it back (flock(2)). The
/// file stays and names the holder. Over NFS it holds between machines as far as the server supports flock.
class RunLock {
 public:
  struct Busy {
    LockHolder holder;  ///< Without a pid while the holder has not yet written its name.
  };
  /// Who has it now, without a moment's hold on it. None: nobody on this machine, or it cannot be told.
  static std::optional<LockHolder> holder_of(const std::filesystem::path& file);

  /// Busy: another process has it.
  static std::variant<RunLock, Busy, Error> take(const std::filesystem::path& file);
  /// Waits for it. Busy only when `stop` is requested; calls `waiting` once if it has to wait at all.
  static std::variant<RunLock, Busy, Error> wait(const std::filesystem::path& file,
                                                 const std::stop_token& stop,
                                                 const std::function<void(const LockHolder&)>& waiting);

 private:
  explicit RunLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace docket
