#pragma once
#include <chrono>
#include <string>

namespace docket::backends {

/// "200 ms", "1.5 s", "120 s", "15 min", "26 h", "40 days": for messages.
std::string in_words(std::chrono::milliseconds duration);

}  // namespace docket::backends
