#pragma once
#include <memory>

#include "pipeline/json/condition_set.h"

namespace docket::backends {

/// Evaluates the conditions of a pipeline in docket-extract processes: as many as there
/// are threads that evaluate at the same time, started when needed.
///
/// A condition that takes too long or too much memory, or that jq cannot stand, ends its process and is an
/// Error for the value that it was given; what else was asked is asked again of a new one. Of one and the
/// same value it is not tried again.
std::unique_ptr<ConditionEngine> make_condition_workers();

}  // namespace docket::backends
