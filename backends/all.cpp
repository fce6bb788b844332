#include "backends/backends.h"
#include "backends/extraction/condition_workers.h"
#include "backends/rules/rules.h"

namespace docket::backends {

BackendType anthropic();
BackendType ollama();
BackendType openai();
BackendType tika();

std::span<const BackendType> all() {
  static const BackendType types[] = {
      builtin(),    // The rules tier.
      ollama(),     // Models.
      openai(),     //
      anthropic(),  //
      tika(),       // Reads files.
  };
  return types;
}

std::unique_ptr<ConditionEngine> condition_engine() { return make_condition_workers(); }

}  // namespace docket::backends
