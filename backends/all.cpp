#include "backends/backends.h"
#include "backends/extraction/condition_workers.h"
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

std::unique_ptr<ConditionEngine> condition_engine() { return make_condition_workers(); }

}  // namespace docket::backends
