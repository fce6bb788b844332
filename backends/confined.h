#pragma once
#include <memory>

#include "pipeline/backend.h"
#include "pipeline/location.h"

namespace docket::backends {

/// The one place that decides whether a question may leave this machine. Every backend that answers prompts
/// is made through it (`name`: as in the pipeline), so no call to any of them goes around. What may not is
/// answered with ErrorClass::withheld.
std::unique_ptr<Backend> make_confined(std::unique_ptr<Backend> inner, std::string name, Location location,
                                       bool offline);

}  // namespace docket::backends
