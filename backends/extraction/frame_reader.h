#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/extraction/wire.h"

namespace docket::backends {

/// A message from a worker.
struct WorkerFrame {
  Frame kind;
  std::string body;
};

/// Puts together what arrives in pieces.
class FrameReader {
 public:
  /// Takes the next bytes, and gives the frames that are whole. False: one is announced that is longer than
  /// `most`; what comes after it cannot be told.
  bool add(std::string_view bytes, std::uint64_t most, std::vector<WorkerFrame>& frames);

  /// How much to give it next: a long frame that comes to its end alone is not copied.
  std::size_t most_at_once() const;

 private:
  std::string rest_;            ///< Not yet a whole frame.
  std::size_t frame_size_ = 0;  ///< Of that, with its header; 0: not known yet.
};

}  // namespace docket::backends
