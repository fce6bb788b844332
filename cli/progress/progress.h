#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/progress/progress_line.h"
#include "cli/progress/time_left.h"
#include "pipeline/activity.h"
#include "pipeline/record.h"

namespace docket {

/// Shows on stderr how a run gets on: one redrawn line on a terminal; elsewhere a plain line every 30 s, and
/// one as soon as all wait for a server. From a thread of its own. Counting is safe from any thread.
class Progress {
 public:
  enum class Mode { automatic, bar, plain, none };
  /// `activity`: what the backends do; outlives it.
  Progress(Mode mode, std::size_t stages, const Activity& activity);
  ~Progress();  ///< Takes the line away.
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Of a run that shows how it gets on.
  bool is_shown() const { return bar_ || plain_; }
  void counted(std::int64_t documents) { counted_ = documents; }  ///< So many files are in the input.
  void taken() { ++taken_; }
  void kept() { ++kept_; }  ///< A document that needs nothing, up to date or parked.
  /// All documents are known from now on.
  void all_taken() { all_taken_ = true; }
  void left_stage(std::size_t stage, std::int64_t tokens);
  void finished(Outcome outcome);
  void stopping() { stopping_ = true; }  ///< What is begun ends, and nothing else.
  /// Prints a line for people, above the redrawn one.
  void say(const std::string& line);

 private:
  void loop(const std::stop_token& stop);
  ProgressState state();
  std::string waits(const std::vector<Activity::Entry>& backends);
  void draw_bar();
  void print_plain();
  void clear();

  const bool bar_;
  const bool plain_;
  const bool colour_;
  const Activity& activity_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::atomic<std::int64_t> counted_ = 0, taken_ = 0, kept_ = 0, ended_ = 0, failed_ = 0, held_ = 0;
  std::atomic<bool> all_taken_ = false, stopping_ = false;
  std::mutex time_mutex_;
  TimeLeft time_left_;  ///< Guarded by time_mutex_.
  std::mutex mutex_;    ///< Guards stderr and what follows.
  std::string drawn_;   ///< What stands in the terminal's last line; empty: nothing of ours.
  std::string wait_;    ///< What was last waited for.
  std::chrono::steady_clock::time_point waited_at_{};
  std::chrono::steady_clock::time_point printed_at_ = begin_;
  bool said_wait_ = false;  ///< In a plain line.
  std::condition_variable_any wake_;
  std::jthread thread_;  ///< Last: joins before the rest goes.
};

}  // namespace docket
