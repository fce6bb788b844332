#pragma once
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/pipeline.h"

namespace docket {

/// Each value of a record with its dotted name, as a table has them. Evidence and signals (the rest of
/// `details`) are no table; behind each field stands how far its value can be trusted.
using EachValue = std::function<void(const std::string& name, const nlohmann::ordered_json& value)>;
void flatten(const nlohmann::ordered_json& record, const EachValue& each);

/// What a dotted name leads to, also within evidence, and to an element of a list by its number; null:
/// nothing.
const nlohmann::ordered_json* value_at(const nlohmann::ordered_json& record, std::string_view name);

/// As a cell of a table: lists with "; " between, other structures as JSON, null as nothing.
std::string cell_of(const nlohmann::ordered_json& value);

/// What is wrong with a column that somebody asks for: no record of such a pipeline can have it. `seen`:
/// names that records have. Nothing: it may be one.
std::optional<std::string> mistake_in_column(const std::string& name, const Pipeline& pipeline,
                                             const std::vector<std::string>& seen);

}  // namespace docket
