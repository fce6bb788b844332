#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/backend.h"

namespace docket::backends {

struct FallbackOptions {
  std::string name = {};  ///< The second backend's, as in the pipeline.
  /// Tokens that prompt and answer may take together there, if that is known yet; empty: it never is.
  std::function<std::optional<std::int64_t>()> window = {};
};

/// Asks the first backend, and the second when the first is of no use for the request: unavailable, not
/// reached, too small for it, or without a valid answer. A prompt that the second cannot hold either is not
/// sent. `spent` is that of both; when both fail the message has both reasons. The second may be a fallback
/// itself.
std::unique_ptr<Backend> make_fallback(std::unique_ptr<Backend> first, Backend& second,
                                       FallbackOptions options);

}  // namespace docket::backends
