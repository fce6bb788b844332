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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

/// A second, or what that becomes in code that is not optimised and watched at every step.
inline constexpr double one_cpu_second = sanitized ? 60 : 1;

}  // namespace docket
