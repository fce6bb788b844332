#pragma once
#include <memory>

#include "backends/calls/circuit_breaker.h"
#include "backends/calls/gate.h"
#include "backends/calls/health_check.h"
#include "backends/calls/local_models.h"
#include "backends/calls/reask.h"
#include "backends/calls/redaction.h"
#include "backends/calls/response_cache.h"
#include "backends/calls/retry.h"
#include "backends/http/http.h"
#include "backends/http/trace.h"
#include "backends/protocols/purse.h"
#include "pipeline/activity.h"
#include "pipeline/backend.h"
#include "pipeline/pipeline.h"

namespace docket::backends {

/// What the pipeline file does not say. Names and what stands in the file are filled in.
struct CallOptions {
  GateOptions gate = {};
  RetryOptions retry = {};
  ReaskOptions reask = {};
  CircuitBreakerOptions breaker = {};
  HealthCheckOptions health = {};
  LocalModels* models = nullptr;        ///< Null: they load when they are asked. Outlives the backend.
  BackendActivity* activity = nullptr;  ///< Told what the backend does; null: nobody is. Outlives it.
  Timer* timer = nullptr;               ///< Null: the loop.
  Purse* purse = nullptr;               ///< What the run may spend; null: there is no limit.
  RedactedKinds redacted = {};          ///< Not shown to a model in the cloud.
};

/// A backend of the pipeline that answers prompts, with all its addresses, limits and retries, but without
/// its fallback. `secrets`: all keys of the pipeline. `memory`: what it has answered before. `loop` and
/// `trace` (null: none) outlive it.
std::unique_ptr<Backend> make_model_backend(const BackendConfig& config,
                                            const std::shared_ptr<const Secrets>& secrets, bool offline,
                                            const ResponseCacheOptions& memory, HttpLoop& loop, Trace* trace,
                                            CallOptions options = {});

}  // namespace docket::backends
