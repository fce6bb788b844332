#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "pipeline/run/dry_run.h"

namespace docket {

/// What a run would do and cost, for people.
std::string format_forecast(const Forecast& forecast);
/// The same for programs: docs/plan.md.
nlohmann::ordered_json to_json(const Forecast& forecast);

}  // namespace docket
