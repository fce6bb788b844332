#include "tests/raw_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <stdexcept>

namespace docket {
namespace {

std::size_t content_length(std::string head) {
  std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::string_view name = "\r\ncontent-length:";
  const std::size_t found = head.find(name);
  return found == std::string::npos ? 0 : std::strtoul(head.c_str() + found + name.size(), nullptr, 10);
}

}  // namespace

std::string RawPeer::read_request() {
  for (;;) {
    const std::size_t head = received_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t size = head + 4 + content_length(received_.substr(0, head));
      if (received_.size() >= size) {
        std::string request = received_.substr(0, size);
        received_.erase(0, size);
        return request;
      }
    }
    std::array<char, 16384> buffer;
    const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return {};
    received_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

void RawPeer::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RawPeer::reply(std::string_view body, std::string_view head) const {
  write(std::string(head) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
        std::string(body));
}

void RawPeer::reset() const {
  const linger at_once{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void RawPeer::wait_until_closed() const {
  std::array<char, 4096> buffer;
  while (recv(socket_, buffer.data(), buffer.size(), 0) > 0) {
  }
}

bool RawPeer::closed_within(std::chrono::milliseconds time) const {
  pollfd waiting{socket_, POLLIN, 0};
  char byte = 0;
  return poll(&waiting, 1, static_cast<int>(time.count())) > 0 && recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

RawServer::RawServer(Serve serve) : serve_(std::move(serve)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port for a test server");
  port_ = ntohs(address.sin_port);
  accepting_ = std::jthread([this] { accept_all(); });
}

RawServer::~RawServer() {
  std::vector<std::jthread> serving;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int open : sockets_)
      shutdown(open, SHUT_RDWR);
    serving.swap(serving_);
  }
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  serving.clear();
  close(listener_);
}

std::string RawServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void RawServer::accept_all() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      close(connection);
      return;
    }
    ++connections_;
    sockets_.push_back(connection);
    serving_.emplace_back([this, connection] {
      RawPeer peer(connection);
      serve_(peer);
      const std::lock_guard closing(mutex_);
      std::erase(sockets_, connection);
      close(connection);
    });
  }
}

}  // namespace docket
