#include "worker/process/frames.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>

namespace docket::worker {

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void append_frame(std::string& bytes, Frame kind, std::string_view body) {
  const FrameHeader header{kind, 0, body.size()};
  bytes.append(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += body;
}

bool send_frame(int socket, Frame kind, std::string_view body) {
  constexpr std::size_t copied = 1 << 12;  // Up to here a copy costs less than another call.
  if (body.size() > copied) {
    const FrameHeader header{kind, 0, body.size()};
    return send_all(socket, {reinterpret_cast<const char*>(&header), sizeof header}) &&
           send_all(socket, body);
  }
  std::string bytes;
  append_frame(bytes, kind, body);
  return send_all(socket, bytes);
}

bool receive_all(int socket, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = recv(socket, to, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace docket::worker
