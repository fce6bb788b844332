#include "backends/backends.h"
#include "backends/kinds.h"

namespace docket::backends {

std::span<const BackendKind> all() {
  static const BackendKind kinds[] = {
      ollama(),
      openai(),
      anthropic(),
  };
  return kinds;
}

}  // namespace docket::backends
