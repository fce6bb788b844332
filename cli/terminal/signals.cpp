#include "cli/terminal/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

namespace docket {
namespace {

/// Wakes the thread up when nobody waits for signals any more. From anybody else it means nothing.
constexpr int end_signal = SIGUSR2;

bool is_ignored(int signal) {
  struct sigaction now {};
  return sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, end_signal})
    sigaddset(&set, signal);
  if (!is_ignored(SIGHUP)) sigaddset(&set, SIGHUP);
  return set;
}

/// One wish to stop often comes as two signals: `timeout` sends one to the process and one to its group, and
/// a terminal one to the whole group while a script passes on its own. A person's second signal comes later.
constexpr std::chrono::milliseconds repeats{200};

/// Whoever holds stderr's lock may be the one that hangs, and a reader that is gone or stuck must not hold up
/// the end: written past the stream, and only where there is room.
void say_at_once(const std::string& words) {
  if (words.empty()) return;
  // A terminal's last line may be the progress.
  const std::string text = (isatty(STDERR_FILENO) != 0 ? "\n" : "") + words + "\n";
  const int person = dup(STDERR_FILENO);
  // What other threads still have to say would come after the last word.
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  pollfd room{person, POLLOUT, 0};
  if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0)
    static_cast<void>(!write(person, text.data(), text.size()));
}

}  // namespace

Signals::Signals(std::chrono::milliseconds grace, std::function<void()> hung_up, std::string last_words)
    : watched_(watched_signals()),
      grace_(grace),
      hung_up_(std::move(hung_up)),
      last_words_(std::move(last_words)) {
  pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
  signal(SIGPIPE, SIG_IGN);  // A worker or a reader that went away is an error of write(2), not our end.
  signal(SIGXFSZ, SIG_IGN);  // Likewise a file that may not grow any more.
  thread_ = std::thread([this] { loop(); });
}

Signals::~Signals() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), end_signal);
  thread_.join();
}

/// The next signal to stop; a negative number when there was none until then, 0 when nobody waits any more.
int Signals::wait_for(std::optional<std::chrono::steady_clock::time_point> until) const {
  while (true) {
    int signal = 0;
    if (until) {
      const std::chrono::nanoseconds left = *until - std::chrono::steady_clock::now();
      const long long nanoseconds = std::max<long long>(left.count(), 0);
      const timespec wait{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
      signal = sigtimedwait(&watched_, nullptr, &wait);
    } else {
      sigwait(&watched_, &signal);
    }
    if (ending_) return 0;
    if (signal == SIGHUP && hung_up_) {
      hung_up_();
      continue;
    }
    if (signal != end_signal) return signal;
  }
}

void Signals::loop() {
  const int first = wait_for(std::nullopt);
  if (first == 0) return;
  received_ = first;
  stop_.request_stop();
  has_stopped_.request_stop();
  const auto stopped = std::chrono::steady_clock::now();
  while (true) {
    const bool is_last = hard_stop_.stop_requested();
    const int signal = wait_for(is_last ? std::nullopt : std::optional(stopped + grace_));
    const auto passed = std::chrono::steady_clock::now() - stopped;
    if (signal == 0) return;
    if (signal > 0 && passed >= repeats) {
      say_at_once(last_words_);
      _exit(128 + signal);
    }
    if (signal < 0 && passed >= grace_) hard_stop_.request_stop();
  }
}

bool has_terminal() {
  const int terminal = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal >= 0) close(terminal);
  return terminal >= 0;
}

}  // namespace docket
