#include "backends/backends.h"
#include "backends/protocols/protocol_fields.h"
#include "backends/rules/rules.h"

namespace docket::backends {

std::span<const BackendType> all() {
  static const BackendType types[] = {
      builtin(),
      ollama(),
      openai(),
      anthropic(),
  };
  return types;
}

}  // namespace docket::backends
