#pragma once
#include <sys/resource.h>

namespace docket {

/// CPU time of this thread so far: what a test may bound even on a busy machine.
inline double cpu_seconds() {
  rusage usage;
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// A second, or what that becomes under a sanitizer.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr double one_cpu_second = 10;
#else
inline constexpr double one_cpu_second = 1;
#endif

}  // namespace docket
