#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/complexity.h"
#include "pipeline/document.h"

namespace docket {

struct StageConfig;

/// How many values of an answer each tier gave: 1 for a label, the fields that have a value for fields. An
/// answer that names no tier is one value of who was asked last, as `spent` has it.
std::map<std::string, std::int64_t> tiers_of(const nlohmann::json& answer, const Spending& spent = {});

/// What was decided about a document that has ended, stage by stage: a line of routing.jsonl each, without
/// its end (docs/formats.md). Its `complexity` is that which the stage's conditions saw, its `doubt` that by
/// which a stage with a cap chose.
void for_each_decision(const Document& document, std::span<const StageConfig> stages,
                       const ComplexityRule& rule, const std::function<void(std::string_view line)>& each);

}  // namespace docket
