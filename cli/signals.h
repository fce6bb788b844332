#pragma once
#include <atomic>
#include <chrono>
#include <stop_token>
#include <thread>

namespace docket {

/// Turns SIGINT and SIGTERM into stop tokens. The first signal requests `stop`; when `grace` has passed,
/// `hard_stop` too, which ends calls that are on their way. The second signal ends the process at once,
/// unless it comes so soon that it is the first one's repeat. Made before any other thread, since it blocks
/// the signals in the calling thread and all that follow.
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

  const std::chrono::milliseconds grace_;
  std::stop_source stop_;
  std::stop_source hard_stop_;
  std::atomic<int> received_ = 0;
  std::thread thread_;
};

}  // namespace docket
