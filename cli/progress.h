#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "pipeline/record.h"

namespace docket {

/// Shows on stderr how a run gets on: one redrawn line on a terminal, a plain line every 30 s elsewhere, from
/// a thread of its own. Counting is safe from any thread.
class Progress {
 public:
  enum class Mode { automatic, bar, plain, none };
  explicit Progress(Mode mode);
  ~Progress();  ///< Takes the line away.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void taken() { ++taken_; }
  void kept() { ++kept_; }  ///< A document that needs nothing, up to date or parked.
  /// All documents are known from now on: the share and the time left can be told.
  void all_taken() { all_taken_ = true; }
  void finished(Outcome outcome, const Usage& usage);
  /// Prints a line for people, above the redrawn one.
  void say(const std::string& line);

 private:
  void loop(const std::stop_token& stop);
  std::string line() const;
  void draw(const std::string& line);
  void clear();

  const bool bar_;
  const bool plain_;
  const bool colour_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<std::int64_t> taken_ = 0, kept_ = 0, done_ = 0, failed_ = 0, held_ = 0, tokens_ = 0,
                            nano_dollars_ = 0;
  std::atomic<bool> all_taken_ = false;
  std::mutex mutex_;  ///< Guards stderr.
  bool drawn_ = false;
  std::condition_variable_any wake_;
  std::jthread thread_;  ///< Last: joins before the rest goes.
};

}  // namespace docket
