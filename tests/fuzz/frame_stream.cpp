// What arrives at both ends of a worker's socket, byte by byte: headers that lie, frames cut anywhere, frames
// of kinds that nobody expects. The first byte says whose end it is.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "backends/extraction/frame_reader.h"
#include "worker/process/frames.h"

namespace {

constexpr std::uint64_t most = 1 << 16;

/// docket's end: in pieces of all sizes, it gives the same frames as in one.
void read_as_docket(std::string_view bytes) {
  docket::backends::FrameReader whole, pieces;
  std::vector<docket::backends::WorkerFrame> all, some;
  const bool is_good = whole.add(bytes, most, all);
  bool is_still_good = true;
  for (std::size_t at = 0, size = 1; at < bytes.size() && is_still_good; at += size, size = size % 7 + 1)
    is_still_good = pieces.add(bytes.substr(at, size), most, some);
  if (is_good != is_still_good || all.size() != some.size()) std::abort();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].kind != some[i].kind || all[i].body != some[i].body || all[i].body.size() > most) std::abort();
}

/// The worker's end: it takes whole messages, or the other end has gone.
void read_as_worker(std::string_view bytes) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  if (bytes.size() < 4096 && docket::worker::send_all(ends[0], bytes)) {
    shutdown(ends[0], SHUT_WR);
    docket::FrameHeader header;
    std::string body;
    while (docket::worker::receive_all(ends[1], reinterpret_cast<char*>(&header), sizeof header)) {
      body.resize(header.size % 4096);
      if (!docket::worker::receive_all(ends[1], body.data(), body.size())) break;
      static_cast<void>(docket::decode_order(body).has_value());
    }
  }
  close(ends[0]);
  close(ends[1]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0)
    read_as_docket(bytes);
  else
    read_as_worker(bytes);
  return 0;
}
