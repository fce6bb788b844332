#pragma once
#include <memory>

#include "pipeline/backend.h"
#include "pipeline/location.h"

namespace docket::backends {

/// What --offline means for a model that runs there: nothing is sent to it, not even to look what it is.
inline bool is_kept_off(Location location, bool offline) { return offline && location == Location::cloud; }

/// The one place that decides whether a question may leave this machine. Every backend that answers prompts
/// is made through it (`name`: as in the pipeline), so no call to any of them goes around. What may not is
/// answered with ErrorClass::withheld: `policy: private`, with the condition as its detail, or `offline`.
std::unique_ptr<Backend> make_egress_guard(std::unique_ptr<Backend> inner, std::string name,
                                           Location location, bool offline);

}  // namespace docket::backends
