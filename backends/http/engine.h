#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "backends/http/call.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/event.h"

namespace docket::backends {

/// What is behind HttpLoop: curl's multi interface driven by epoll, which costs the same for each call
/// however many are under way. (curl_multi_perform looks at all of them each time.)
class HttpLoop::Engine {
 public:
  Engine(std::stop_token hard_stop, std::stop_token stop);
  ~Engine();

  /// A call, or (with `then`) a timer.
  struct Order {
    HttpRequest request = {};
    Done done = {};
    Clock::time_point when = {};
    std::function<void()> then = {};
  };
  void add(Order order) noexcept;
  bool stopped() const noexcept { return stopping_.load(); }

 private:
  struct CloseMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int on_socket(CURL*, curl_socket_t socket, int what, void* engine, void* known);
  static int on_timer(CURLM*, long milliseconds, void* engine);

  void run();
  /// Begins the calls and timers that were added; false: the loop is to end, and nothing is left to do.
  bool take_orders();
  void begin(Order order);
  void cancel_all();
  void fire_timers();
  void wait();
  void act(curl_socket_t socket, int events);
  void end_late_calls();
  void end_finished_calls();
  void end(HttpCall& call, Result<HttpReply> result);
  int milliseconds_to_wait() const;

  const Descriptor epoll_;
  const Event wake_up_;                 // For new orders, and the end.
  std::atomic<bool> stopping_ = false;  // Nothing new begins.
  std::atomic<bool> ending_ = false;    // And nothing goes on.
  std::atomic<bool> closing_ = false;
  std::mutex mutex_;
  std::vector<Order> orders_;  // Guarded by mutex_. What follows is the loop's thread's alone.

  FirstByteDeadlines first_byte_deadlines_;
  std::unique_ptr<CURLM, CloseMulti> multi_;
  std::vector<std::unique_ptr<HttpCall>> calls_;  // All there are; before the multi handle's end.
  std::vector<HttpCall*> idle_;
  std::unordered_set<HttpCall*> under_way_;
  std::multimap<Clock::time_point, std::function<void()>> timers_;
  std::optional<Clock::time_point> curl_timer_;

  std::optional<std::stop_callback<std::function<void()>>> on_stop_, on_hard_stop_;
  std::thread thread_;
};

}  // namespace docket::backends
