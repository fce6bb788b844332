#pragma once
#include <signal.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>

namespace docket {

/// Turns SIGINT, SIGTERM and SIGHUP into stop tokens; SIGHUP only if it is not ignored, as nohup(1) has it.
/// Other signals are not its concern. The first signal requests `stop`; when `grace` has passed, `hard_stop`
/// too, which ends calls that are on their way. The second signal ends the process at once, unless it comes
/// so soon that it is the first one's repeat. Made before any other thread, since it blocks the signals in
/// the calling thread and all that follow.
class Signals {
 public:
  explicit Signals(std::chrono::milliseconds grace);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  std::stop_source& stop() { return stop_; }
  std::stop_token hard_stop() const { return hard_stop_.get_token(); }
  int received() const { return received_; }  ///< The first signal; 0: none.

 private:
  void loop();
  int wait_for(std::optional<std::chrono::steady_clock::time_point> until) const;

  const sigset_t watched_;
  const std::chrono::milliseconds grace_;
  std::stop_source stop_;
  std::stop_source hard_stop_;
  std::atomic<int> received_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace docket
