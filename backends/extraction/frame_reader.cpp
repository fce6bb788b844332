#include "backends/extraction/frame_reader.h"

#include <cstring>
#include <utility>

namespace docket::backends {

bool FrameReader::add(std::string_view bytes, std::uint64_t most, std::vector<WorkerFrame>& frames) {
  rest_ += bytes;
  FrameHeader header;
  std::size_t taken = 0;
  frame_size_ = 0;
  while (rest_.size() - taken >= sizeof header) {
    std::memcpy(&header, rest_.data() + taken, sizeof header);
    if (header.size > most) return false;
    const std::size_t left = rest_.size() - taken - sizeof header;
    if (left < header.size) {
      frame_size_ = sizeof header + header.size;
      break;
    }
    if (taken == 0 && left == header.size) {
      rest_.erase(0, sizeof header);
      frames.push_back({header.kind, std::exchange(rest_, {})});
      return true;
    }
    frames.push_back({header.kind, rest_.substr(taken + sizeof header, header.size)});
    taken += sizeof header + header.size;
  }
  rest_.erase(0, taken);
  rest_.reserve(frame_size_);
  return true;
}

std::size_t FrameReader::most_at_once() const {
  constexpr std::size_t long_frame = std::size_t{1} << 20;
  return frame_size_ > long_frame ? frame_size_ - rest_.size() : long_frame;
}

}  // namespace docket::backends
