#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace docket {

/// One connection to a RawServer. Everything ends when the other side, or the server, goes.
class RawPeer {
 public:
  explicit RawPeer(int socket) : socket_(socket) {}
  /// The next request, head and body; empty: there is none.
  std::string read_request();
  void write(std::string_view bytes) const;
  /// A whole reply. `head` is what stands before Content-Length: status line and headers, each with "\r\n".
  void reply(std::string_view body, std::string_view head = "HTTP/1.1 200 OK\r\n") const;
  /// Closes in such a way that the other side sees "connection reset".
  void reset() const;
  void wait_until_closed() const;
  /// Waits for that, but not for longer than `time`.
  bool closed_within(std::chrono::milliseconds time) const;

 private:
  const int socket_;
  std::string received_;
};

/// A server on 127.0.0.1 that does to each connection what it is told, in a thread of its own: for what no
/// proper server would do.
class RawServer {
 public:
  using Serve = std::function<void(RawPeer&)>;
  explicit RawServer(Serve serve);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  int port() const { return port_; }
  std::string url(std::string_view path = "/") const;
  int connections() const { return connections_; }  ///< So far.

 private:
  void accept_all();

  const Serve serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  bool stopping_ = false;              // Guarded by mutex_.
  std::vector<int> sockets_;           // Guarded by mutex_: those that are open.
  std::vector<std::jthread> serving_;  // Guarded by mutex_.
  std::jthread accepting_;
};

}  // namespace docket
