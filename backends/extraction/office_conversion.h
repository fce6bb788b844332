#pragma once
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/extraction/input.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// Whether LibreOffice makes something of it that docket reads: Office documents of before 2007 and binary
/// workbooks.
bool is_convertible(std::string_view media_type);

/// One run of LibreOffice that turns an old Office document into one that docket reads. It runs in a folder
/// of its own, locked in by docket-extract (`--convert`): it can write there alone, read nothing of a
/// person's but the document, and has no network. For one thread. Killed, with its folder, by the end of the
/// object.
class OfficeConversion {
 public:
  struct Limits {
    std::chrono::nanoseconds cpu_time{0};
    std::chrono::nanoseconds wall_time{0};
    std::int64_t memory = 0;  ///< Bytes, beyond what LibreOffice reserves.
  };

  /// `file` is the document. An Error: `unsupported` where LibreOffice is not installed (names the package),
  /// `unavailable` where there is no room for the folder.
  static Result<std::unique_ptr<OfficeConversion>> start(const std::filesystem::path& worker, int file,
                                                         std::string_view media_type, const Limits& limits);
  ~OfficeConversion();
  OfficeConversion(const OfficeConversion&) = delete;
  OfficeConversion& operator=(const OfficeConversion&) = delete;

  /// To poll for: readable once LibreOffice has ended.
  int descriptor() const { return ended_.get(); }
  /// Until it has had its time.
  std::chrono::nanoseconds time_left() const;

  /// Once it has ended: whether it had only made its own settings, and was started again.
  bool goes_on();

  /// What it made, once it has ended. An Error: `damaged`, `crash`, `timeout` when it was ended at its limit,
  /// `unsupported` where the kernel cannot lock it in.
  Result<InputFile> result();
  /// CPU time of all its processes, once it has ended.
  std::chrono::nanoseconds cpu_time() const { return cpu_time_; }

 private:
  OfficeConversion(std::filesystem::path folder, std::filesystem::path worker, std::filesystem::path office,
                   const Limits& limits);
  std::optional<Error> copy(int file, std::string_view name) const;
  std::optional<Error> run();
  void end();

  const std::filesystem::path folder_;
  const Limits limits_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const std::chrono::system_clock::time_point begin_by_calendar_ = std::chrono::system_clock::now();
  const std::filesystem::path worker_, office_;
  std::string document_, made_;  ///< Names of the file that it is given, and of that which it is to make.
  int runs_ = 0;
  pid_t pid_ = -1;  ///< Of its session, which all its processes are in.
  Descriptor ended_;
  int status_ = 0;
  std::chrono::nanoseconds cpu_time_{0};
};

}  // namespace docket::backends
