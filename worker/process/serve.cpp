#include "worker/process/serve.h"

#include <fcntl.h>
#include <malloc.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "pipeline/support/descriptor.h"
#include "pipeline/support/fault_point.h"
#include "worker/process/fatal_signals.h"
#include "worker/process/frames.h"

namespace docket::worker {
namespace {

constexpr int most_documents = 500;               ///< Per worker; libraries leak a little.
constexpr long most_growth = 96L << 20;           ///< Bytes of memory above what the worker began with.
constexpr std::uint64_t largest_order = 1 << 18;  ///< All passwords fit.
constexpr std::size_t sent_together = 1 << 16;  ///< Bytes of frames: each sending costs, and so does waiting.

/// The header of the next order and the descriptor that comes with it; none when the pool has gone.
Descriptor receive_header(int socket, FrameHeader& header) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec place{&header, sizeof header};
  msghdr message{};
  message.msg_iov = &place;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t got = -1;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
  } while (got < 0 && errno == EINTR);
  const cmsghdr* carried = CMSG_FIRSTHDR(&message);
  if (got != sizeof header || carried == nullptr || carried->cmsg_type != SCM_RIGHTS) return {};
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(carried), sizeof descriptor);
  return Descriptor(descriptor);
}

/// How much memory this process holds; 0 when the system does not say.
class MemoryMeter {
 public:
  explicit MemoryMeter(Descriptor statm) : statm_(std::move(statm)), begin_(resident()) {}
  bool has_grown_too_large() const {
    if (resident() - begin_ < most_growth) return false;
    malloc_trim(0);
    return resident() - begin_ >= most_growth;
  }

 private:
  long resident() const {
    std::array<char, 128> line{};
    long total = 0, pages = 0;
    if (pread(statm_.get(), line.data(), line.size() - 1, 0) <= 0) return 0;
    if (std::sscanf(line.data(), "%ld %ld", &total, &pages) != 2) return 0;
    return pages * sysconf(_SC_PAGESIZE);
  }
  const Descriptor statm_;
  const long begin_;
};

std::uint64_t encoded_size(const Text& text) {
  std::uint64_t size = 0;
  for (const Page& page : text.pages)
    size += docket::encoded_size(page);
  return size;
}

/// How many of the first pages the limit has room for.
Progress within_limit(const Text& text, std::uint64_t room) {
  Progress progress{0, static_cast<std::uint32_t>(text.pages.size())};
  for (const Page& page : text.pages) {
    const std::uint64_t size = docket::encoded_size(page);
    if (size > room) break;
    room -= size;
    ++progress.read;
  }
  return progress;
}

bool refuse_output(int socket, Frame kind, const Text& text, std::uint64_t end_size,
                   const ExtractOrder& order) {
  if (order.tell_progress) {
    const std::uint64_t room = order.output_limit - std::min(order.output_limit, end_size);
    if (!send_frame(socket, Frame::progress, encode(within_limit(text, room)))) return false;
  }
  return send_frame(socket, kind, encode(Result<Answer>(output_limit_error(order.output_limit))));
}

/// The pages of the answer, and the answer itself. False: the pool has gone.
bool send_answer(int socket, Frame kind, const Result<Answer>& answer, const ExtractOrder& order) {
  std::string end = encode(answer);
  const std::uint64_t size = end.size() + (answer ? encoded_size(*answer->text) : 0);
  if (answer && size > order.output_limit)
    return refuse_output(socket, kind, *answer->text, end.size(), order);
  std::string bytes;
  if (answer) {
    for (const Page& page : answer->text->pages) {
      const std::string body = encode(page);
      if (bytes.size() + body.size() < sent_together) {
        append_frame(bytes, Frame::page, body);
        continue;
      }
      if (!send_all(socket, bytes) || !send_frame(socket, Frame::page, body)) return false;
      bytes.clear();
    }
  }
  append_frame(bytes, kind, end);
  return send_all(socket, bytes);
}

}  // namespace

WorkerExit serve(int socket, const std::string& refused, const Work& work, Descriptor statm) try {
  const MemoryMeter memory(std::move(statm));
  if (!send_frame(socket, Frame::ready, encode(Ready{std::string(wire_version), refused})))
    return WorkerExit::done;
  for (int documents = 1;; ++documents) {
    FrameHeader header;
    const Descriptor file = receive_header(socket, header);
    if (!file || header.kind != Frame::order || header.size > largest_order) return WorkerExit::done;
    std::string body(header.size, '\0');
    if (!receive_all(socket, body.data(), body.size())) return WorkerExit::done;
    const auto order = decode_order(body);
    if (!order) return WorkerExit::done;
    forget_failed_allocations();
    fault_point("reading a file");
    const Result<Answer> answer = work(socket, file.get(), *order);
    const bool last = documents == most_documents || memory.has_grown_too_large();
    const Frame kind = last ? Frame::last_answer : Frame::answer;
    if (!send_answer(socket, kind, answer, *order)) return WorkerExit::done;
    if (last) return WorkerExit::done;
  }
} catch (const std::bad_alloc&) {
  return WorkerExit::out_of_memory;
}

}  // namespace docket::worker
