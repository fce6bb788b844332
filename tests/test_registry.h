#pragma once
#include "pipeline/registry.h"

namespace docket {

/// Stages and backends with tables like the real ones, which do nothing, for tests of the pipeline file.
Registry plan_registry();

}  // namespace docket
