#pragma once
#include <chrono>
#include <string>

/// A server on 127.0.0.1, one thread and any number of connections, that answers each request with the same
/// bytes after a while. Whatever is no POST is answered at once with `other`.
class SlowServer {
 public:
  SlowServer(std::chrono::nanoseconds delay, const std::string& body, const std::string& other);
  int port() const { return port_; }
  [[noreturn]] void run();

 private:
  const std::chrono::nanoseconds delay_;
  const std::string reply_, other_;
  int listener_ = -1;
  int port_ = 0;
};
