#pragma once
#include <nlohmann/json.hpp>
#include <optional>

namespace docket {

/// Says of each field and row of a stage's output whether it is accepted, which records of an older docket
/// leave to the reader. `accept`: the stage's setting.
void mark_fields(nlohmann::ordered_json& output, std::optional<double> accept);

/// Null in place of every label, field and row that is not accepted, and of what was said instead of others.
void blank_what_is_not_accepted(nlohmann::ordered_json& output);

}  // namespace docket
