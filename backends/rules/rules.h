#pragma once
#include <memory>

#include "pipeline/backend.h"
#include "pipeline/registry.h"

namespace docket::backends {

/// The row of the table: `type: builtin`, the rules tier.
BackendType builtin();

/// The rules tier: answers ClassifyQuestion and FieldsQuestion by rules, in `submit` itself, within
/// milliseconds and without a server. Needs no lock by its callers; what a schema or a set of labels compiles
/// to is kept for the next document.
std::unique_ptr<Backend> make_rules_backend();

}  // namespace docket::backends
