#pragma once
#include <memory>

#include "backends/http.h"
#include "backends/remembered.h"
#include "backends/trace.h"
#include "pipeline/backend.h"
#include "pipeline/plan.h"

namespace docket::backends {

/// A backend of the pipeline that answers prompts, with all its addresses, limits and retries, but without
/// its fallback. `memory`: what it has answered before. `loop` and `trace` (null: none) outlive it.
std::unique_ptr<Backend> make_model_backend(const BackendPlan& plan, bool offline, const Memory& memory,
                                            HttpLoop& loop, Trace* trace);

}  // namespace docket::backends
