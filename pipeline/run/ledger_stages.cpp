#include "pipeline/run/ledger_stages.h"

#include <optional>
#include <utility>

#include "pipeline/ledger/stored_output.h"
#include "pipeline/pipeline.h"

namespace docket {

LedgerStages::LedgerStages(Ledger& ledger, std::span<const StageConfig> stages,
                           std::span<const LedgerConfiguration> configurations, StageDecider::Use use,
                           ComplexityRule complexity)
    : ledger_(ledger),
      stages_(stages),
      use_(use),
      decider_(
          stages, configurations, use,
          [&ledger](const std::string& digest) { return ledger.configuration(digest); },
          std::move(complexity)) {}

Result<StageDecision> LedgerStages::begin(Document& document, std::size_t position,
                                          std::function<void()> again) noexcept {
  std::string claimed;
  const auto find = [&](const std::string& key) -> Result<StageDecider::Found> {
    if (!claim(key, again)) return StageDecider::Found{std::nullopt, true};
    claimed = key;
    return look(key, stages_[position].left_out ? StageDecider::Use::all : use_);
  };
  Result<StageDecision> decision = decider_.decide(document, position, find);
  const bool runs = decision && decision->what == StageDecision::What::runs;
  if (!claimed.empty() && !runs) release(claimed);
  return decision;
}

bool LedgerStages::claim(const std::string& key, std::function<void()>& again) {
  const std::lock_guard lock(mutex_);
  const auto [claim, is_mine] = claims_.try_emplace(key);
  if (!is_mine) claim->second.push_back(std::move(again));
  return is_mine;
}

Result<StageDecider::Found> LedgerStages::look(const std::string& key, StageDecider::Use use) {
  auto known = ledger_.result(key);
  if (!known) return known.error();
  const bool usable = *known && (use == StageDecider::Use::all || (*known)->run == ledger_.run());
  return usable ? StageDecider::Found{std::move(*known)} : StageDecider::Found{};
}

void LedgerStages::ended(Document& document, std::size_t position) noexcept {
  using State = StageResult::State;
  StageResult& result = document.stages[position];
  const StageType& type = *stages_[position].type;
  note_digests(document, position, type.provides_text);
  const std::string key = result.origin.key;
  if (key.empty()) return;
  // The file may have changed between the reading of its identity and that of its content.
  const bool is_same = !reads_of(stages_[position]).file ||
                       nlohmann::json::parse(result.origin.input)["document"] == document.sha256;
  if (!is_same) {
    document.stamp = {};
    result.origin.key.clear();
  }
  // What was withheld depends on the policy and on how the run was started, of which the key says nothing.
  const bool is_success = (result.state == State::done || result.state == State::held) && !result.withheld;
  if (!is_same || !is_success) return release(key);
  StoredResult kept;
  kept.key = key;
  kept.stage = stages_[position].id;
  kept.state = result.state;
  kept.output = to_stored(result);
  kept.reasons = result.reasons;
  kept.held = result.held;
  if (type.provides_text) {
    kept.text = document.text;
    kept.text_digest = document.text_digest;
    kept.media_type = document.media_type;
  }
  kept.usage = result.reused;
  kept.usage += result.spent.total();
  ledger_.keep(std::move(kept), [this, key](const std::optional<Error>&) { release(key); });
}

void LedgerStages::release(const std::string& key) {
  Waiters waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto claim = claims_.find(key);
    waiters = std::move(claim->second);
    claims_.erase(claim);
  }
  for (const std::function<void()>& again : waiters)
    again();
}

}  // namespace docket
