#pragma once
#include "pipeline/config/diagnostics.h"
#include "pipeline/pipeline.h"

namespace docket {

// What holds between the parts of a pipeline file. Each complains and changes nothing.

/// One stage at most provides the text, and it comes before all that read it.
void check_text(const Pipeline& pipeline, const Registry& registry, Diagnostics& diagnostics);

/// Backends that name other backends (`fallback`) lead to an end.
void check_backend_cycles(const Pipeline& pipeline, Diagnostics& diagnostics);

/// What `policy.redact_patterns` has are regular expressions.
void check_redaction(const Pipeline& pipeline, Diagnostics& diagnostics);

/// With a budget the price of every cloud backend is known.
void check_budget(const Pipeline& pipeline, Diagnostics& diagnostics);

}  // namespace docket
