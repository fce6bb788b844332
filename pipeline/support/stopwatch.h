#pragma once
#include <time.h>

#include <chrono>
#include <cstdint>

namespace docket {

using WallClock = std::chrono::steady_clock;

inline std::int64_t nanoseconds_since(WallClock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(WallClock::now() - begin).count();
}

/// CPU time of the calling thread so far, in nanoseconds.
inline std::int64_t thread_cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// Adds the CPU time that the calling thread spends in its scope to `total`.
class CpuStopwatch {
 public:
  explicit CpuStopwatch(std::int64_t& total) : total_(total), begin_(thread_cpu_ns()) {}
  ~CpuStopwatch() { total_ += thread_cpu_ns() - begin_; }
  CpuStopwatch(const CpuStopwatch&) = delete;
  CpuStopwatch& operator=(const CpuStopwatch&) = delete;

 private:
  std::int64_t& total_;
  const std::int64_t begin_;
};

}  // namespace docket
