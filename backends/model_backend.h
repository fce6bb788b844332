#pragma once
#include <memory>

#include "backends/addresses.h"
#include "backends/ask_again.h"
#include "backends/breaker.h"
#include "backends/budget.h"
#include "backends/gate.h"
#include "backends/http.h"
#include "backends/remembered.h"
#include "backends/retry.h"
#include "backends/trace.h"
#include "pipeline/backend.h"
#include "pipeline/plan.h"

namespace docket::backends {

/// What the pipeline file does not say. Names and what stands in the file are filled in.
struct CallOptions {
  GateOptions gate = {};
  AddressesOptions addresses = {};
  RetryOptions retry = {};
  AskAgainOptions ask_again = {};
  BreakerOptions breaker = {};
  Timer* timer = nullptr;    ///< Null: the loop.
  Budget* budget = nullptr;  ///< Of the run; null: it has none.
};

/// A backend of the pipeline that answers prompts, with all its addresses, limits and retries, but without
/// its fallback. `memory`: what it has answered before. `loop` and `trace` (null: none) outlive it.
std::unique_ptr<Backend> make_model_backend(const BackendPlan& plan, bool offline, const Memory& memory,
                                            HttpLoop& loop, Trace* trace, CallOptions options = {});

}  // namespace docket::backends
