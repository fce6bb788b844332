#include "bench/http/slow_server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <unordered_map>

namespace {

using Clock = std::chrono::steady_clock;

std::string whole_reply(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// Takes the first request off the front of what was received; empty: it is not whole yet.
std::string take_request(std::string& received) {
  const std::size_t head = received.find("\r\n\r\n");
  if (head == std::string::npos) return {};
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t length = received.find(name);
  std::size_t size = head + 4;
  if (length < head) size += std::strtoul(received.c_str() + length + name.size(), nullptr, 10);
  if (received.size() < size) return {};
  std::string request = received.substr(0, size);
  received.erase(0, size);
  return request;
}

void send_all(int socket, const std::string& bytes) {
  if (send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    close(socket);  // The buffer of a socket holds far more than one reply.
}

}  // namespace

SlowServer::SlowServer(std::chrono::nanoseconds delay, const std::string& body, const std::string& other)
    : delay_(delay),
      reply_(whole_reply(body)),
      other_(whole_reply(other)),
      listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 4096) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for the server");
  port_ = ntohs(address.sin_port);
}

void SlowServer::run() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 65'536);
  setrlimit(RLIMIT_NOFILE, &files);

  const int epoll = epoll_create1(0);
  const auto watch = [epoll](int socket) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = socket;
    epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
  };
  watch(listener_);
  std::unordered_map<int, std::string> received;
  std::deque<std::pair<Clock::time_point, int>> due;  // In order: all wait for equally long.
  for (;;) {
    const Clock::time_point now = Clock::now();
    while (!due.empty() && due.front().first <= now) {
      send_all(due.front().second, reply_);
      due.pop_front();
    }
    timespec left{3600, 0};
    if (!due.empty()) left = {0, std::max<long>((due.front().first - now).count(), 0)};
    std::array<epoll_event, 256> events;
    const int count = epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()), &left, nullptr);
    for (int i = 0; i < count; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener_) {
        const int connection = accept(listener_, nullptr, nullptr);
        const int yes = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(connection);
        continue;
      }
      std::array<char, 16384> buffer;
      const ssize_t bytes = recv(socket, buffer.data(), buffer.size(), 0);
      std::string& text = received[socket];
      if (bytes <= 0) {
        received.erase(socket);
        close(socket);
        continue;
      }
      text.append(buffer.data(), static_cast<std::size_t>(bytes));
      for (std::string request = take_request(text); !request.empty(); request = take_request(text)) {
        if (request.starts_with("POST")) {
          due.emplace_back(Clock::now() + delay_, socket);
        } else {
          send_all(socket, other_);
        }
      }
    }
  }
}
