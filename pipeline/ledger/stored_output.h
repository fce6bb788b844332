#pragma once
#include <nlohmann/json.hpp>

#include "pipeline/document.h"

namespace docket {

/// What a stage found as one JSON object, as the ledger keeps it: the stage's output, and in it, as `answer`,
/// what it puts in the place of the output that `replaces` names.
nlohmann::json to_stored(const StageResult& result);
/// Sets `output` and `replaces`.
void from_stored(nlohmann::json stored, StageResult& result);

}  // namespace docket
