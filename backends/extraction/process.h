#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/extraction/wire.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// docket-extract lies beside docket, built or installed.
std::filesystem::path worker_program();

/// A message from a worker.
struct WorkerFrame {
  Frame kind;
  std::string body;
};

/// One running docket-extract. For one thread. The process is killed and reaped with the object.
class ExtractProcess {
 public:
  /// An Error of class `unavailable` names the file that cannot be started.
  /// `mode` is its argument: `--serve` reads files, `--conditions` evaluates conditions.
  static Result<std::unique_ptr<ExtractProcess>> start(const std::filesystem::path& worker,
                                                       const char* mode = "--serve");
  ~ExtractProcess();
  ExtractProcess(const ExtractProcess&) = delete;
  ExtractProcess& operator=(const ExtractProcess&) = delete;

  /// To poll for input.
  int socket() const { return socket_.get(); }

  /// Hands over a file, of which the worker gets its own descriptor. `memory_limit` is in bytes, beyond what
  /// the worker holds already and the mapping of the file. False: the worker is gone.
  bool send(const ExtractOrder& order, int file, std::int64_t file_size, std::int64_t memory_limit);

  /// Hands over a message without a file, and waits until the worker has taken it. False: the worker is gone,
  /// or takes nothing.
  bool send(Frame kind, std::string_view body);

  /// Takes what has arrived, without waiting. `too_long`: the worker announced more than `most` bytes.
  enum class Received { more_later, too_long, ended };
  Received receive(std::uint64_t most, std::vector<WorkerFrame>& frames);

  /// CPU time since the start; the last known once the process has gone.
  std::chrono::nanoseconds cpu_time();

  /// How the process ended, as waitpid() tells: after its socket has ended, or by force.
  int reap();
  int kill();

  bool is_ready = false;  ///< Has said so.
  int documents = 0;      ///< Orders sent.

 private:
  ExtractProcess(pid_t pid, Descriptor socket) : pid_(pid), socket_(std::move(socket)) {}
  void limit_memory(std::int64_t file_size, std::int64_t memory_limit) const;
  /// Moves the whole frames that have arrived. False: one is announced that is longer than `most`.
  bool take_frames(std::uint64_t most, std::vector<WorkerFrame>& frames);

  const pid_t pid_;
  const Descriptor socket_;
  std::string arrived_;  ///< Not yet a whole frame.
  std::optional<int> status_;
  std::chrono::nanoseconds cpu_time_{0};
};

/// What a worker is that ended before it was ready, or said another `wire_version`; class `unavailable`.
Error never_ready(const std::filesystem::path& worker);
Error other_version(const std::filesystem::path& worker);

}  // namespace docket::backends
