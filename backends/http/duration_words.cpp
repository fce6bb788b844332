#include "backends/http/duration_words.h"

namespace docket::backends {

std::string in_words(std::chrono::milliseconds duration) {
  const std::int64_t milliseconds = duration.count();
  if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
  const std::int64_t seconds = milliseconds / 1000;
  if (seconds < 10 && milliseconds % 1000 >= 100)
    return std::to_string(seconds) + "." + std::to_string(milliseconds % 1000 / 100) + " s";
  if (seconds < 600) return std::to_string(seconds) + " s";
  if (seconds < 2 * 3600) return std::to_string(seconds / 60) + " min";
  if (seconds < 72 * 3600) return std::to_string(seconds / 3600) + " h";
  return std::to_string(seconds / 86'400) + " days";
}

}  // namespace docket::backends
