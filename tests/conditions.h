#pragma once
#include <memory>
#include <string>
#include <vector>

#include "pipeline/json/condition_set.h"
#include "pipeline/registry.h"

namespace docket {

/// Evaluates conditions with workers that all pipelines of this process share which have the same conditions:
/// to start a worker and to compile for it takes longer than most tests.
std::unique_ptr<ConditionEngine> shared_condition_engine();

/// The program's own registry, whose pipelines share workers.
Registry sharing_registry();

/// Conditions of one pipeline. Throws what is wrong with an expression before jq sees it.
std::vector<std::shared_ptr<const Condition>> conditions(const std::vector<std::string>& expressions);
std::shared_ptr<const Condition> condition(const std::string& expression);

/// What a condition says of a value.
Result<bool> evaluate(const std::string& expression, const nlohmann::json& value,
                      Quantifier quantifier = Quantifier::first);

}  // namespace docket
