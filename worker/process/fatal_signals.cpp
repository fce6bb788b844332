#include "worker/process/fatal_signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "backends/extraction/wire.h"
#include "worker/process/sanitizers.h"

namespace docket::worker {
namespace {

/// A failed malloc leaves ENOMEM behind, and little happens between it and the crash.
void at_crash(int signal_number) {
  if (errno == ENOMEM) _exit(static_cast<int>(WorkerExit::out_of_memory));
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

void at_lost_page(int) { _exit(static_cast<int>(WorkerExit::file_shrank)); }

}  // namespace

void handle(int signal_number, void (*handler)(int)) {
  static std::array<char, 65536> own_stack;  // A stack overflow leaves no room on the other.
  const stack_t stack{own_stack.data(), 0, own_stack.size()};
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  sigaction(signal_number, &action, nullptr);
}

void explain_fatal_signals() {
  if (under_sanitizer) return;
  handle(SIGABRT, at_crash);
  handle(SIGSEGV, at_crash);
  handle(SIGBUS, at_lost_page);
}

void forget_failed_allocations() { errno = 0; }

}  // namespace docket::worker
