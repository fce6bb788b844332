#pragma once
#include "pipeline/kind.h"

namespace docket::backends {

// What the backends that speak HTTP declare of themselves.

BackendKind ollama();
BackendKind openai();
BackendKind anthropic();

}  // namespace docket::backends
