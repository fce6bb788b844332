#pragma once
#include <array>
#include <cstddef>
#include <string_view>

#include "worker/text/extraction.h"

namespace docket::worker {

/// Counts what is left out of a text since nobody sees it.
class Unseen {
 public:
  enum class Reason { hidden, white, tiny, deleted };

  void add(std::string_view utf8, Reason reason);
  /// Says in `problems` what was left out, and how much of it.
  void report(Extraction& out) const;

 private:
  std::array<std::size_t, 4> characters_{};
};

}  // namespace docket::worker
