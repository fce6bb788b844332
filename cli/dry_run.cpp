#include "cli/dry_run.h"

#include <algorithm>

#include "pipeline/ledger/stages.h"
#include "pipeline/record.h"

namespace docket {
namespace {

using State = StageResult::State;
using What = DryRun::What;

}  // namespace

DryRun::DryRun(const Pipeline& pipeline, std::span<const LedgerConfiguration> configurations,
               LedgerReader* ledger, bool anew)
    : pipeline_(pipeline), configurations_(configurations), ledger_(ledger), anew_(anew) {}

Result<std::vector<DryRun::Stage>> DryRun::look(Document& document) {
  document.stages.assign(pipeline_.stages.size(), {});
  std::vector<Stage> stages;
  for (std::size_t i = 0; i < pipeline_.stages.size(); ++i) {
    Result<Stage> stage = look_at(document, i);
    if (!stage) return stage.error();
    stages.push_back(std::move(*stage));
  }
  return stages;
}

Result<DryRun::Stage> DryRun::look_at(Document& document, std::size_t position) {
  const StageConfig& stage = pipeline_.stages[position];
  const bool all_known = std::ranges::all_of(
      stage.after, [&](std::size_t earlier) { return document.stages[earlier].state != State::pending; });
  if (!all_known) return Stage{What::depends, {}};
  const std::vector<std::size_t> before = all_before(pipeline_.stages, position);
  const nlohmann::json record = record_before(document, pipeline_.stages, before);
  std::vector<std::string> reasons;
  for (const NamedCondition& named : stage.when) {
    const Result<bool> holds = named.condition->holds(record);
    if (holds && *holds) reasons.push_back(named.name);
  }
  if (!stage.when.empty() && reasons.empty() && !stage.type->decides_on_reasons) {
    document.stages[position].state = State::skipped;
    return Stage{What::skipped, {}};
  }
  if (anew_) return Stage{What::runs, "asked for by --always-make"};
  identify_once(document, stage);
  const StageInput input = stage_input(document, pipeline_.stages, position, before, reasons);
  if (ledger_ != nullptr) {
    auto known = ledger_->result(stage_key(configurations_[position], input));
    if (!known) return known.error();
    if (*known) {
      take_result(document, position, std::move(**known));
      note_digests(document, position, stage.type->provides_text);
      return Stage{What::kept, {}};
    }
  }
  const LedgerStage* seen = stage_before(document, stage.id);
  return Stage{What::runs, why_stale(seen, seen != nullptr ? content_before(*seen) : std::string(),
                                     configurations_[position], input)};
}

std::string DryRun::content_before(const LedgerStage& before) {
  const auto [known, is_new] = configured_.try_emplace(before.configuration);
  if (is_new && ledger_ != nullptr)
    if (auto read = ledger_->configuration(before.configuration)) known->second = std::move(*read);
  return known->second;
}

}  // namespace docket
