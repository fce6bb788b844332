#pragma once
#include <chrono>
#include <memory>

#include "backends/http/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct ReaskOptions {
  int times = 1;                                           ///< At most; 0: never.
  std::chrono::milliseconds call{std::chrono::hours(24)};  ///< All answers of a call together.
};

/// When a model's answer to a prompt is none (`content`: against the schema, empty, cut off), asks again and
/// says what was wrong (Prompt::diagnostic); with room for twice as much when the answer was cut off, but for
/// one that repeated itself (Reply::repeats). `spent` is that of all answers. A bad answer that proves
/// nothing against the document (Reply::unproven) ends as `transient`. Once the run is stopped it does not
/// ask again, and the request ends as cancelled.
std::unique_ptr<Backend> make_reask(std::unique_ptr<Backend> inner, ReaskOptions options, Timer& timer);

}  // namespace docket::backends
