#pragma once
#include <span>
#include <string_view>

#include "pipeline/field.h"

namespace docket {

// The tables of what every pipeline file has, whatever the stages and backends are. `read_pipeline` and
// `pipeline_schema` are made from the same.

std::span<const Field> top_fields();      ///< The file's own settings.
std::span<const Field> budget_fields();   ///< `budget`: the limits.
std::span<const Field> section_fields();  ///< `backends` and `stages`: their content depends on `type`.
std::span<const Field> stage_fields();    ///< `id`, `when`, `after`, `budget`.
std::span<const Field> backend_fields();  ///< `type`.

/// Members that a record has of itself, so that no stage may be called so.
std::span<const std::string_view> reserved_ids();

}  // namespace docket
