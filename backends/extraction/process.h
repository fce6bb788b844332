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

#include "backends/extraction/frame_reader.h"
#include "backends/extraction/wire.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// docket-extract and docket-ocr lie beside docket as it is built, and in ../libexec/docket as it is
/// installed.
std::filesystem::path worker_program(std::string_view name = "docket-extract");

/// One running docket-extract, or docket-ocr. For one thread. The process is killed and reaped with the
/// object.
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

  /// What the kernel lets the process take from now on, until the next call.
  struct KernelLimits {
    std::int64_t memory = 0;               ///< Bytes of address space, beyond what it has already.
    std::chrono::nanoseconds cpu_time{0};  ///< Beyond what it has used already; a little more is let pass.
    std::int64_t open_files = 0;           ///< 0: as it is.
  };
  void limit(const KernelLimits& limits);

  /// Hands over a file, of which the worker gets its own descriptor. False: the worker is gone.
  bool send(const ExtractOrder& order, int file);

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

  const pid_t pid_;
  const Descriptor socket_;
  FrameReader arrived_;
  std::optional<int> status_;
  std::chrono::nanoseconds cpu_time_{0};
};

/// "SIGSEGV"
std::string signal_name(int number);

/// What a worker is that ended before it was ready, or said another `wire_version`; class `unavailable`.
Error never_ready(const std::filesystem::path& worker);
Error other_version(const std::filesystem::path& worker);

}  // namespace docket::backends
