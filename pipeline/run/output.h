#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>

#include "pipeline/run/run_lock.h"
#include "pipeline/support/file_mode.h"
#include "pipeline/support/pieces.h"
#include "pipeline/support/write_error.h"

namespace docket {

/// The name of a document's files below the output folder, without their ending: its path, changed only where
/// that is no name of its own. No two paths give the same name, whatever other documents there are:
///  - `/srv/a.pdf` becomes `_root/srv/a.pdf`; a first folder `_root` gets one more `_` in front;
///  - `report` (whose record would be report.json) becomes `_report`, `.docket/…` becomes `_.docket/…`, and
///    each of these with `_` in front gets one more;
///  - a folder `x.json`, `x.jsonl` or `x.txt` becomes `x.json_`, so that it cannot be in the way of a file
///    of ours;
///  - a file `x.words` becomes `x.words_`, since its record would be the word boxes of `x`;
///  - a component that is too long for a file name is cut and gets `~` and a digest of the whole; one that
///    ends so by itself gets a `_` behind.
std::string output_name(std::string_view document_path);

/// The files that are of no one document. Each of their lines, or the whole, begins with `"docket": 1`.
inline constexpr std::string_view results_file = "results.jsonl";
inline constexpr std::string_view report_file = "report.json";
inline constexpr std::string_view calls_file = "calls.jsonl";
inline constexpr std::string_view routing_file = "routing.jsonl";
inline constexpr std::string_view shared_files[] = {results_file, report_file, calls_file, routing_file};

/// Below the folder: held by who writes to it.
inline constexpr std::string_view lock_file = ".docket/lock";

/// Endings of a document's files.
inline constexpr std::string_view record_ending = ".json";
inline constexpr std::string_view text_ending = ".txt";          ///< Pages end with a form feed.
inline constexpr std::string_view words_ending = ".words.json";  ///< Word boxes.

/// The folder that a run writes to. One process at a time holds it; all files are written under a temporary
/// name in `.docket/tmp` and then renamed, so no reader ever sees half a file. Threads may share it.
class Output {
 public:
  /// Makes the folder where it is missing and takes its lock. The Error is of class `output`;
  /// `held_by_another` tells apart that another run holds the folder. `mode`: permissions of what is written;
  /// none: the umask decides.
  struct Failure {
    Error error;
    bool held_by_another = false;
  };
  static std::variant<std::unique_ptr<Output>, Failure> open(const std::filesystem::path& folder,
                                                             std::optional<FileMode> mode = std::nullopt);
  /// Waits while another run holds the folder, until `stop` is requested; says so once to `waiting`.
  static std::variant<std::unique_ptr<Output>, Failure> open_when_free(
      const std::filesystem::path& folder, const std::stop_token& stop,
      const std::function<void(const LockHolder&)>& waiting, std::optional<FileMode> mode = std::nullopt);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// Why a file is not in its place.
  struct Unwritten {
    Error error;
    bool for_all = false;  ///< Nor would any other file be: the disk is full, read-only or broken.
  };
  /// Puts `content` at `name` below the folder, in place of what is there, and makes the folders that lead to
  /// it.
  std::optional<Unwritten> write(std::string_view name, std::string_view content) const;
  /// The same of what is not held as a whole; `size`: how many bytes it has.
  std::optional<Unwritten> write(std::string_view name, const Pieces& content, std::int64_t& size) const;

  /// True if `name` holds exactly `content`.
  bool holds(std::string_view name, const Pieces& content) const;
  /// Takes a file away, and the folders that are empty without it. It need not be there; what is no regular
  /// file stays, as it is not ours.
  std::optional<Unwritten> remove(std::string_view name) const;

  const std::filesystem::path& folder() const { return folder_; }
  std::optional<FileMode> mode() const { return mode_; }
  /// On the same file system as the folder; what a killed run left there goes when the output is opened. For
  /// files that become part of the output.
  std::filesystem::path temporary() const { return folder_ / ".docket/tmp"; }

 private:
  using Taken = std::variant<RunLock, RunLock::Busy, Error>;
  static std::variant<std::unique_ptr<Output>, Failure> prepare(
      const std::filesystem::path& folder, std::optional<FileMode> mode,
      const std::function<Taken(const std::filesystem::path&)>& take);
  Output(std::filesystem::path folder, std::optional<FileMode> mode, RunLock lock);
  std::error_code make_folders(const std::filesystem::path& folder) const;
  const std::filesystem::path folder_;
  const std::optional<FileMode> mode_;
  const RunLock lock_;  ///< On .docket/lock.
};

/// The open descriptor that a path such as /dev/stdout or /dev/fd/3 stands for.
std::optional<int> descriptor_named(const std::filesystem::path& file);

/// Puts `content` at `file`, by way of a temporary file beside it; for files that are not below an Output.
/// `mode`: of the file, whatever the umask; 0: as other files.
std::optional<Error> write_file(const std::filesystem::path& file, std::string_view content,
                                unsigned mode = 0);

}  // namespace docket
