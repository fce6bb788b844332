#pragma once
#include <chrono>
#include <memory>

#include "backends/timer.h"
#include "pipeline/backend.h"

namespace docket::backends {

struct AskAgainOptions {
  int times = 1;                                           ///< At most; 0: never.
  std::chrono::milliseconds call{std::chrono::hours(24)};  ///< All answers of a call together.
};

/// When a model's answer to a prompt is none (`content`: against the schema, empty, cut off), asks again and
/// says what was wrong (Prompt::complaint); with room for twice as much when the answer was cut off. `spent`
/// is that of all answers.
std::unique_ptr<Backend> make_ask_again(std::unique_ptr<Backend> inner, AskAgainOptions options,
                                        Timer& timer);

}  // namespace docket::backends
