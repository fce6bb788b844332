#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/ledger_rows.h"
#include "pipeline/support/result.h"

namespace docket {

class LedgerDatabase;
struct BackendConfig;
struct Pipeline;
struct StageConfig;

/// A backend's server, whatever the pipeline calls it.
std::string server_id(const BackendConfig& backend);
/// What the servers had when a run last asked them.
Result<ModelDigests> known_models(LedgerDatabase& ledger, const Pipeline& pipeline);

/// What a stage is told to do.
LedgerConfiguration configuration_of(const Pipeline& pipeline, const StageConfig& stage,
                                     const ModelDigests& models = {});
/// Of all stages, in the order of the plan.
std::vector<LedgerConfiguration> configurations_of(const Pipeline& pipeline, const ModelDigests& models = {});
/// Of the same with their conditions, their order, the policy and the rule of complexity: as long as it is
/// the same, so is all that a run would do with a document.
std::string pipeline_digest(const Pipeline& pipeline, const std::vector<LedgerConfiguration>& configurations);

/// What documents have been run with, as far as a run cares.
struct PipelineDigests {
  std::string whole;         ///< Every stage.
  std::string part = whole;  ///< Without those that the run leaves out (--until).
  /// True if a document that was run with it has had all that the run would do.
  bool cover(const std::string& digest) const { return digest == whole || digest == part; }
};
PipelineDigests pipeline_digests(const Pipeline& pipeline,
                                 const std::vector<LedgerConfiguration>& configurations);

}  // namespace docket
