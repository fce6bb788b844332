// Makes of docket a program that kills itself at a moment that the environment names: DOCKET_FAULT=POINT:N is
// the N-th passage of that point (see pipeline/fault.h).
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>

extern "C" void docket_fault_point(const char* name) {
  static const std::string fault = std::getenv("DOCKET_FAULT") != nullptr ? std::getenv("DOCKET_FAULT") : "";
  static const std::size_t colon = fault.find(':');
  static std::atomic<long> left = colon == std::string::npos ? 0 : std::atol(fault.c_str() + colon + 1);
  if (colon == std::string::npos || fault.compare(0, colon, name) != 0) return;
  if (--left == 0) kill(getpid(), SIGKILL);
}
