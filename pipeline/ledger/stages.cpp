#include "pipeline/ledger/stages.h"

#include <algorithm>
#include <utility>

#include "pipeline/ledger/text_codec.h"
#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "pipeline/support/digest.h"

namespace docket {
namespace {

using nlohmann::json;
using State = StageResult::State;

// A result is kept as one object: the stage's output, and in it, as `answer`, what it puts in the place of
// the output that `replaces` names.

json to_stored(const StageResult& result) {
  json stored = result.output;
  if (result.replaces) {
    stored["replaces"] = result.replaces->stage;
    stored["answer"] = result.replaces->answer;
  }
  return stored;
}

void from_stored(json stored, StageResult& result) {
  const bool replaces = stored.is_object() && stored.contains("answer") && stored.contains("replaces") &&
                        stored["replaces"].is_string();
  if (replaces) {
    result.replaces = {stored["replaces"].get<std::string>(), std::move(stored["answer"])};
    stored.erase("answer");
  }
  result.output = std::move(stored);
}

}  // namespace

const LedgerStage* stage_before(const Document& document, const std::string& id) {
  if (!document.history) return nullptr;
  const std::vector<LedgerStage>& stages = document.history->stages;
  const auto found = std::ranges::find(stages, id, &LedgerStage::stage);
  return found == stages.end() ? nullptr : &*found;
}

bool identify_once(Document& document, const StageConfig& stage) {
  if (!reads_of(stage).file) return true;
  if (!document.sha256.empty()) return true;
  Result<FileIdentity> identity = identify(document.file);
  if (!identity) return false;
  document.sha256 = std::move(identity->sha256);
  document.stamp = identity->stamp;
  document.bytes = identity->stamp.size;
  return true;
}

StageInput stage_input(const Document& document, std::span<const StageConfig> stages, std::size_t position,
                       const std::vector<std::size_t>& before, const std::vector<std::string>& reasons) {
  const StageReads reads = reads_of(stages[position]);
  StageInput input;
  if (reads.file) input.document = document.sha256;
  if (reads.text) input.text = document.text_digest;
  if (!reads.record) return input;
  for (const std::size_t i : before)
    if (!document.stages[i].output.is_null()) input.outputs[stages[i].id] = document.stages[i].origin.digest;
  input.reasons = reasons;
  return input;
}

void take_result(Document& document, std::size_t position, StoredResult result) {
  StageResult& to = document.stages[position];
  to.state = result.state;
  from_stored(std::move(result.output), to);
  to.reasons = std::move(result.reasons);
  to.held = std::move(result.held);
  to.origin.taken = true;
  to.reused += result.usage;
  if (!result.text) return;
  document.text = std::move(result.text);
  document.media_type = std::move(result.media_type);
}

void note_digests(Document& document, std::size_t position, bool provides_text) {
  StageResult& result = document.stages[position];
  if (!result.output.is_null()) result.origin.digest = short_digest(json_to_text(to_stored(result)));
  if (provides_text && document.text) document.text_digest = short_digest(encode_text(*document.text));
}

LedgerStages::LedgerStages(Ledger& ledger, std::span<const StageConfig> stages,
                           std::span<const LedgerConfiguration> configurations, Use use)
    : ledger_(ledger), stages_(stages), configurations_(configurations), use_(use) {
  for (std::size_t i = 0; i < stages.size(); ++i)
    before_.push_back(all_before(stages, i));
}

Result<StageStore::Found> LedgerStages::begin(Document& document, std::size_t position,
                                              const std::vector<std::string>& reasons,
                                              std::function<void()> again) noexcept {
  StageResult::Origin& origin = document.stages[position].origin;
  origin = {};
  if (!identify_once(document, stages_[position])) return Found::nothing;  // Without a key: nothing is kept.
  const StageInput input = stage_input(document, stages_, position, before_[position], reasons);
  origin.input = to_text(input);
  origin.key = stage_key(configurations_[position], input);
  {
    const std::lock_guard lock(mutex_);
    const auto [claim, is_mine] = claims_.try_emplace(origin.key);
    if (!is_mine) {
      claim->second.push_back(std::move(again));
      return Found::later;
    }
  }
  Result<Found> found = look(document, position, origin.key);
  if (!found || *found == Found::result) {
    release(origin.key);
  } else {
    origin.why = why(document, position, input);
  }
  return found;
}

Result<StageStore::Found> LedgerStages::look(Document& document, std::size_t position,
                                             const std::string& key) {
  auto known = ledger_.result(key);
  if (!known) return known.error();
  const bool usable = *known && (use_ == Use::all || (*known)->run == ledger_.run());
  if (!usable) return Found::nothing;
  take_result(document, position, std::move(**known));
  note_digests(document, position, stages_[position].type->provides_text);
  return Found::result;
}

std::string LedgerStages::why(const Document& document, std::size_t position, const StageInput& input) {
  const LedgerStage* before = stage_before(document, stages_[position].id);
  if (use_ == Use::this_run && before != nullptr) return "asked for by --always-make";
  std::string content;
  if (before != nullptr && before->configuration != configurations_[position].digest) {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = configured_.try_emplace(before->configuration);
    if (is_new)
      if (auto read = ledger_.configuration(before->configuration)) known->second = std::move(*read);
    content = known->second;
  }
  return why_stale(before, content, configurations_[position], input);
}

void LedgerStages::ended(Document& document, std::size_t position) noexcept {
  StageResult& result = document.stages[position];
  const StageType& type = *stages_[position].type;
  note_digests(document, position, type.provides_text);
  const std::string key = result.origin.key;
  if (key.empty()) return;
  // The file may have changed between the reading of its identity and that of its content.
  const bool is_same =
      !reads_of(stages_[position]).file || json::parse(result.origin.input)["document"] == document.sha256;
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
