#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

#include "pipeline/backend.h"

namespace docket::backends {

struct ExtractPoolOptions {
  std::filesystem::path worker;  ///< The docket-extract to run; empty: the one that came with this program.
  std::filesystem::path ocr_worker;  ///< The docket-ocr; the same.
  /// Processes at work at most, of both kinds together, started when needed; 0: one per core.
  int workers = 0;

  /// Told once, on the pool's thread, that workers cannot lock themselves in entirely, why, and what to do.
  std::function<void(const std::string&)> warn;

  /// Told once, on the pool's thread, that no worker has ever started: every question is then answered as
  /// `cancelled`, since no document can be read. Empty: each is answered as `unavailable`.
  std::function<void(const Error&)> no_worker;

  // Limits for one document, unless its question has its own.
  std::chrono::milliseconds time_limit{20'000};         ///< CPU time, for a small file.
  std::chrono::milliseconds time_limit_per_mib{1'000};  ///< More, for each of the first 100 MiB.
  std::int64_t memory_limit = std::int64_t{1} << 30;    ///< Bytes, beside the worker's own and the file's.
  std::int64_t output_limit = std::int64_t{64} << 20;   ///< Bytes of text and word boxes.
  std::int64_t open_files = 64;                         ///< Of the process.
};

/// A pool of docket-extract processes that answers ExtractQuestions, each file by one process; pages
/// that have to be looked at are answered by docket-ocr, each by one process. Time is CPU
/// time, so that a busy machine fails no document; a worker that does nothing at all is given up after ten
/// times as long by the clock, unless the question says otherwise.
///
/// A worker that dies or goes beyond a limit fails only its document (classes crash, timeout, memory and
/// output_limit) and is
/// replaced. A document that a worker dies of which had read others before is tried again in a fresh one, so
/// that an answer does not depend on what was read before. A worker that does not start fails its question as
/// `unavailable`.
///
/// `Done` is called on the pool's own thread. Once `hard_stop` is requested, or the pool is destroyed, the
/// workers are killed and all that is open is answered with ErrorClass::cancelled.
std::unique_ptr<Backend> make_extract_pool(ExtractPoolOptions options, std::stop_token hard_stop);

}  // namespace docket::backends
