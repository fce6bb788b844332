#include "cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <ctime>

namespace docket {
namespace {

/// Tells the thread that nobody waits for signals any more.
constexpr int end_signal = SIGUSR2;

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, end_signal})
    sigaddset(&set, signal);
  return set;
}

timespec timespec_of(std::chrono::milliseconds time) {
  return {time.count() / 1000, (time.count() % 1000) * 1'000'000};
}

}  // namespace

Signals::Signals(std::chrono::milliseconds grace) : grace_(grace) {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);  // A worker or a reader that went away is an error of write(2), not our end.
  signal(SIGXFSZ, SIG_IGN);  // Likewise a file that may not grow any more.
  thread_ = std::thread([this] { loop(); });
}

Signals::~Signals() {
  pthread_kill(thread_.native_handle(), end_signal);
  thread_.join();
}

void Signals::loop() {
  const sigset_t set = watched_signals();
  int signal = 0;
  sigwait(&set, &signal);
  if (signal == end_signal) return;
  received_ = signal;
  stop_.request_stop();
  const timespec grace = timespec_of(grace_);
  signal = sigtimedwait(&set, nullptr, &grace);
  if (signal < 0) {
    hard_stop_.request_stop();
    sigwait(&set, &signal);
  }
  if (signal != end_signal) _exit(128 + signal);
}

}  // namespace docket
