#include "cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
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

/// One wish to stop often comes as two signals: `timeout` sends one to the process and one to its group, and
/// a terminal one to the whole group while a script passes on its own. A person's second signal comes later.
constexpr std::chrono::milliseconds repeats{200};

/// The next signal until then; a negative number when there was none.
int next_signal(const sigset_t& set, std::chrono::steady_clock::time_point until) {
  const std::chrono::nanoseconds left = until - std::chrono::steady_clock::now();
  const long long nanoseconds = std::max<long long>(left.count(), 0);
  const timespec wait{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  return sigtimedwait(&set, nullptr, &wait);
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
  const auto stopped = std::chrono::steady_clock::now();
  while (true) {
    if (hard_stop_.stop_requested())
      sigwait(&set, &signal);
    else
      signal = next_signal(set, stopped + grace_);
    const auto passed = std::chrono::steady_clock::now() - stopped;
    if (signal == end_signal) return;
    if (signal > 0 && passed >= repeats) _exit(128 + signal);
    if (signal < 0 && passed >= grace_) hard_stop_.request_stop();
  }
}

}  // namespace docket
