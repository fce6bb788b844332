#pragma once
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/log/format_event.h"
#include "pipeline/log.h"
#include "pipeline/support/result.h"

namespace CLI {
class App;
}

namespace docket {

/// Where a run's log goes and what stands in it.
struct LogOptions {
  std::string file;         ///< Empty: no file.
  bool to_journal = false;  ///< systemd's.
  bool to_syslog = false;
  std::optional<LogLevel> level;  ///< None: info.
  std::optional<LogFormat> format;
  std::int64_t max_size = 10'000'000;  ///< Bytes; then the file is renamed, and five such are kept. 0: never.

  mode_t mode = S_IRUSR | S_IWUSR;  ///< Permissions of a new file.

  void add_to(CLI::App& command);
  /// The log stands on standard error, in place of what people are told there.
  bool is_on_stderr() const { return file.empty() && !to_journal && !to_syslog && (level || format); }
  bool is_wanted() const { return !file.empty() || to_journal || to_syslog || level || format; }
};

/// A file that is empty, or a log of docket's: what may be appended to, and renamed when it is large.
bool may_be_log(const std::filesystem::path& file);

/// Writes what is logged (pipeline/log.h) for as long as it lives. One at a time.
class RunLog {
 public:
  /// The Error (class `config`) says what cannot be opened.
  static Result<std::unique_ptr<RunLog>> open(const LogOptions& options);
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// All events from now on are this run's.
  void set_run(const std::string& id);
  /// Goes on in a new file of the same name, when the old one was renamed. Any thread.
  void reopen();

 private:
  struct Sinks;
  explicit RunLog(const LogOptions& options);
  void write(const LogEvent& event);

  const LogOptions options_;
  const std::unique_ptr<Sinks> sinks_;
  std::mutex mutex_;
  std::string run_;  ///< Guarded by mutex_.
};

}  // namespace docket
