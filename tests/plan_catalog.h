#pragma once
#include "pipeline/kind.h"

namespace docket {

/// Stages and backends with tables like the real ones, which do nothing, for tests of the pipeline file.
Catalog plan_catalog();

}  // namespace docket
