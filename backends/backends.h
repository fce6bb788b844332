#pragma once
#include <memory>
#include <span>

#include "pipeline/backend.h"
#include "pipeline/kind.h"
#include "pipeline/plan.h"

namespace docket::backends {

/// Every backend type that a pipeline may name. A new backend is one new file and one line in all.cpp.
std::span<const BackendKind> all();

}  // namespace docket::backends
