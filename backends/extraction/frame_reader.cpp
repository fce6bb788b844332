#include "backends/extraction/frame_reader.h"

#include <cstring>

namespace docket::backends {

bool FrameReader::add(std::string_view bytes, std::uint64_t most, std::vector<WorkerFrame>& frames) {
  rest_ += bytes;
  FrameHeader header;
  std::size_t taken = 0;
  while (rest_.size() - taken >= sizeof header) {
    std::memcpy(&header, rest_.data() + taken, sizeof header);
    if (header.size > most) return false;
    if (rest_.size() - taken - sizeof header < header.size) break;
    frames.push_back({header.kind, rest_.substr(taken + sizeof header, header.size)});
    taken += sizeof header + header.size;
  }
  rest_.erase(0, taken);
  return true;
}

}  // namespace docket::backends
