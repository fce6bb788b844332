#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/ledger_rows.h"
#include "pipeline/result.h"

namespace docket {

class LedgerDatabase;
struct BackendPlan;
struct Plan;
struct StagePlan;

/// By backend: what tells its model from another of the same name, where the server tells it.
using ModelDigests = std::map<std::string, std::string>;
/// A backend's server, whatever the pipeline calls it.
std::string server_id(const BackendPlan& backend);
/// What the servers had when a run last asked them.
Result<ModelDigests> known_models(LedgerDatabase& ledger, const Plan& plan);

/// What a stage is told to do.
LedgerConfiguration configuration_of(const Plan& plan, const StagePlan& stage,
                                     const ModelDigests& models = {});
/// Of all stages, in the order of the plan.
std::vector<LedgerConfiguration> configurations_of(const Plan& plan, const ModelDigests& models = {});
/// Of the same with their conditions, their order and the policy: as long as it is the same, so is all that a
/// run would do with a document.
std::string plan_digest(const Plan& plan, const std::vector<LedgerConfiguration>& configurations);

}  // namespace docket
