#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "backends/rules/schema.h"
#include "pipeline/backend.h"

namespace docket::rules {

/// {fields, details} as `Answer` describes it. `signals` are those of pipeline/confidence.h, and for people
/// `label` (as the schema writes it), `place` (cell, right, below, oblique, follows, letter, alone) and
/// `runner_up`.
nlohmann::json extract_fields(const SchemaView& schema, const std::vector<Check>& checks, const Text& text,
                              DayMonth dates = DayMonth::unknown);

}  // namespace docket::rules
