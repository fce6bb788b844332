#pragma once
#include <memory>

#include "backends/calls/response_cache.h"
#include "backends/http/http.h"
#include "backends/http/secret.h"
#include "backends/http/trace.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline.h"

namespace docket::backends {

/// A backend of the pipeline that reads files (BackendType::reads_files): answers an ExtractQuestion by a
/// server, with all its addresses, limits and retries, and through the same guard and accounts as a model.
/// Nothing that it is sent costs money. `secrets`: all keys of the pipeline. `loop`, `trace` (null: none) and
/// the store of `memory` outlive it.
std::unique_ptr<Backend> make_reading_backend(const BackendConfig& config,
                                              const std::shared_ptr<const Secrets>& secrets, bool offline,
                                              const ResponseCacheOptions& memory, HttpLoop& loop,
                                              Trace* trace);

}  // namespace docket::backends
