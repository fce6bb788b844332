#pragma once
#include <memory>

#include "pipeline/activity.h"
#include "pipeline/backend.h"

namespace docket::backends {

/// Tells `activity`, which outlives it, of the questions that pass: `question`, those that docket works on;
/// `exchange`, those that a server does, with what they used.
enum class Observed { question, exchange };
std::unique_ptr<Backend> make_observed(std::unique_ptr<Backend> inner, Observed what,
                                       BackendActivity& activity);

}  // namespace docket::backends
