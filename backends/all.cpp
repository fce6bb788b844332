#include "backends/backends.h"
#include "backends/kinds.h"
#include "backends/rules.h"

namespace docket::backends {

std::span<const BackendKind> all() {
  static const BackendKind kinds[] = {
      builtin(),
      ollama(),
      openai(),
      anthropic(),
  };
  return kinds;
}

}  // namespace docket::backends
