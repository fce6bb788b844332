#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/ledger_rows.h"

namespace docket {

struct Plan;
struct StagePlan;

/// What a stage is told to do. `models`: by backend, the digest of its model where the server tells it.
using ModelDigests = std::map<std::string, std::string>;
LedgerConfiguration configuration_of(const Plan& plan, const StagePlan& stage,
                                     const ModelDigests& models = {});
/// Of all stages, in the order of the plan.
std::vector<LedgerConfiguration> configurations_of(const Plan& plan, const ModelDigests& models = {});
/// Of the same with their conditions, their order and the policy: as long as it is the same, so is all that a
/// run would do with a document.
std::string plan_digest(const Plan& plan, const std::vector<LedgerConfiguration>& configurations);

}  // namespace docket
