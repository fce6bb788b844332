#pragma once
#include "pipeline/complexity.h"
#include "pipeline/config/diagnostics.h"
#include "pipeline/pipeline.h"

namespace docket {

/// What the pipeline's `complexity` says, once its stages are read. `position`: of that setting, where what
/// is wrong with it beyond its table is complained about.
ComplexityRule complexity_rule(const Pipeline& pipeline, const Position& position, Diagnostics& diagnostics);

}  // namespace docket
