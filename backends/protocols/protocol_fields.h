#pragma once
#include "pipeline/registry.h"

namespace docket::backends {

// What the backends that speak HTTP declare of themselves.

BackendType ollama();
BackendType openai();
BackendType anthropic();

}  // namespace docket::backends
