#pragma once
#include <cstdint>

#include "pipeline/backend.h"

namespace docket {

/// Bytes of all that a model may be shown of it: its words, and the schema of the answer.
std::int64_t bytes_of(const Prompt& prompt);

}  // namespace docket
