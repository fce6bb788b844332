#include "worker/text/latin1.h"

#include <cstddef>

#include "pipeline/support/utf8.h"

namespace docket::worker {

std::optional<std::string> as_latin1(const std::string& utf8) {
  std::string latin1;
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = next_code_point(utf8, at);
    if (c > 0xFF) return {};
    latin1 += static_cast<char>(c);
  }
  return latin1 == utf8 ? std::nullopt : std::optional(latin1);
}

}  // namespace docket::worker
