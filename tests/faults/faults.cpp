// Makes of docket a program to which something happens at a moment that the environment names:
// DOCKET_FAULT=POINT:N is the N-th passage of that point (see pipeline/support/fault_point.h). There it kills
// itself, or, where DOCKET_FAULT_GATE names a FIFO, the thread waits until somebody has opened that for
// writing and closed it.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void wait_at(const std::string& gate) {
  const int descriptor = open(gate.c_str(), O_RDONLY | O_CLOEXEC);
  char ignored = 0;
  while (read(descriptor, &ignored, 1) > 0) {
  }
  close(descriptor);
}

}  // namespace

extern "C" void docket_fault_point(const char* name) {
  static const std::string fault = environment("DOCKET_FAULT"), gate = environment("DOCKET_FAULT_GATE");
  static const std::size_t colon = fault.find(':');
  static std::atomic<long> left = colon == std::string::npos ? 0 : std::atol(fault.c_str() + colon + 1);
  if (colon == std::string::npos || fault.compare(0, colon, name) != 0) return;
  if (--left != 0) return;
  if (gate.empty()) kill(getpid(), SIGKILL);
  wait_at(gate);
}
