#include "backends/backends.h"
#include "backends/rules/rules.h"

namespace docket::backends {

BackendType anthropic();
BackendType ollama();
BackendType openai();

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
