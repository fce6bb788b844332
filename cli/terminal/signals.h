#pragma once
#include <signal.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace docket {

/// Turns SIGINT, SIGTERM and SIGHUP into stop tokens; SIGHUP only if it is not ignored, as nohup(1) has it.
/// Other signals are not its concern. The first signal requests `stop`; when `grace` has passed, `hard_stop`
/// too, which ends calls that are on their way. The second signal ends the process at once, unless it comes
/// so soon that it is the first one's repeat. Made before any other thread, since it blocks the signals in
/// the calling thread and all that follow.
class Signals {
 public:
  /// `hung_up`, if given, is called for each SIGHUP, by a thread of its own; it stops nothing then.
  /// `last_words`: the line that the second signal leaves on standard error; empty: none.
  explicit Signals(std::chrono::milliseconds grace, std::function<void()> hung_up = {},
                   std::string last_words = {});
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  std::stop_source& stop() { return stop_; }
  /// Requested once all that listens to `stop` has heard of it: for whoever tells people.
  std::stop_token has_stopped() const { return has_stopped_.get_token(); }
  std::stop_token hard_stop() const { return hard_stop_.get_token(); }
  int received() const { return received_; }  ///< The first signal; 0: none.

 private:
  void loop();
  int wait_for(std::optional<std::chrono::steady_clock::time_point> until) const;

  const sigset_t watched_;
  const std::chrono::milliseconds grace_;
  const std::function<void()> hung_up_;
  const std::string last_words_;
  std::stop_source stop_;
  std::stop_source has_stopped_;
  std::stop_source hard_stop_;
  std::atomic<int> received_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

/// A terminal belongs to the process, whose end the kernel tells by SIGHUP.
bool has_terminal();

}  // namespace docket
