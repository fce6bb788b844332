// For each stage of a document, in this order: have the stages before it ended, do its conditions hold, is
// its result known already; if not, it runs, and what changed since it last ran says why. Which documents are
// looked at at all is decided before: pipeline/ledger/up_to_date.h.
#include "pipeline/run/stage_decision.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "pipeline/json/condition_set.h"
#include "pipeline/ledger/document_row.h"
#include "pipeline/ledger/stored_output.h"
#include "pipeline/ledger/text_codec.h"
#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "pipeline/support/digest.h"
#include "pipeline/support/utf8.h"

namespace docket {
namespace {

using What = StageDecision::What;

constexpr std::size_t longest_name = 120;  ///< Bytes of a condition in a message.

/// What the stages before it say of a stage; nothing: they have ended well.
std::optional<What> decide_by_predecessors(const StageConfig& stage, const Document& document,
                                           std::span<const StageDecision> earlier) {
  bool depends = false;
  for (const std::size_t i : stage.after) {
    const StageResult::State state = document.stages[i].state;
    if (state == StageResult::State::failed) return What::not_reached;
    if (state != StageResult::State::pending) continue;
    const bool may_end_well =
        !earlier.empty() && (earlier[i].what == What::runs || earlier[i].what == What::depends);
    if (!may_end_well) return What::not_reached;
    depends = true;
  }
  return depends ? std::optional(What::depends) : std::nullopt;
}

/// True if there is nothing but members in the document.
bool has_nothing_to_look_at(const Document& document, std::span<const StageConfig> stages,
                            const std::vector<std::size_t>& before) {
  return std::ranges::any_of(before, [&](std::size_t i) {
    if (!stages[i].type->provides_text) return false;
    // Held: who would read it is not here, and it may not go there.
    return document.stages[i].state == StageResult::State::held || is_container(document.stages[i].output);
  });
}

/// How the stage of that id ended when the document was last worked on; null: not known.
const LedgerStage* stage_before(const Document& document, const std::string& id) {
  if (!document.history) return nullptr;
  const std::vector<LedgerStage>& stages = document.history->stages;
  const auto found = std::ranges::find(stages, id, &LedgerStage::stage);
  return found == stages.end() ? nullptr : &*found;
}

/// Reads the document's file to know which content it has, if the stage's key needs that and it is not known.
/// What cannot be read is left to the stage, which says why. False: the stage has no key.
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

/// All that the stage at `position` reads of the document. The stages before it have ended.
StageInput stage_input(const Document& document, std::span<const StageConfig> stages, std::size_t position,
                       const std::vector<std::size_t>& before, const StageDecision& decision) {
  const StageReads reads = reads_of(stages[position]);
  StageInput input;
  if (reads.file) input.document = document.sha256;
  if (reads.text) input.text = document.text_digest;
  for (const std::size_t i : before)
    if ((reads.record || (reads.source && stages[i].type->provides_text)) &&
        !document.stages[i].output.is_null())
      input.outputs[stages[i].id] = document.stages[i].origin.digest;
  if (!reads.record) return input;
  // It also depends on the pipeline's rule, of which no output knows.
  if (const auto complexity = decision.record.find("complexity"); complexity != decision.record.end())
    input.outputs["complexity"] = short_digest(json_to_text(*complexity));
  input.reasons = decision.reasons;
  return input;
}

/// Puts a known result into the document, as if the stage had run, with what it cost when it was made.
void take_result(Document& document, std::size_t position, StoredResult result) {
  StageResult& to = document.stages[position];
  to.state = result.state;
  from_stored(std::move(result.output), to);
  to.reasons = std::move(result.reasons);
  to.held = std::move(result.held);
  to.origin.taken = true;
  to.reused += result.usage;
  if (!result.media_type.empty()) document.media_type = std::move(result.media_type);
  if (!result.text) return;
  document.text = std::move(result.text);
  document.text_digest = std::move(result.text_digest);
}

/// A stage that the run does not ask for has a result if that is known, and does nothing else.
void leave_out(StageDecision& decision, StageResult& result) {
  result.left_out = true;
  if (decision.what == What::kept || decision.what == What::skipped || decision.what == What::waits) return;
  decision.what = What::left_out;
  result.state = StageResult::State::pending;
  result.error.reset();
}

}  // namespace

StageDecider::StageDecider(std::span<const StageConfig> stages,
                           std::span<const LedgerConfiguration> configurations, Use use,
                           ReadConfiguration read_configuration, ComplexityRule complexity)
    : stages_(stages),
      configurations_(configurations),
      use_(use),
      read_configuration_(std::move(read_configuration)),
      complexity_(std::move(complexity)) {
  for (std::size_t i = 0; i < stages.size(); ++i)
    before_.push_back(all_before(stages, i));
}

Result<StageDecision> StageDecider::decide(Document& document, std::size_t position, const Find& find,
                                           std::span<const StageDecision> earlier) noexcept {
  try {
    Result<StageDecision> decision = decide_by_conditions(document, position, find, earlier);
    if (decision && stages_[position].left_out) leave_out(*decision, document.stages[position]);
    return decision;
  } catch (const std::exception& error) {
    return Error{ErrorClass::bug, error.what()};
  }
}

Result<StageDecision> StageDecider::decide_by_conditions(Document& document, std::size_t position,
                                                         const Find& find,
                                                         std::span<const StageDecision> earlier) {
  const StageConfig& stage = stages_[position];
  StageResult& result = document.stages[position];
  StageDecision decision;
  if (const auto what = decide_by_predecessors(stage, document, earlier)) {
    decision.what = *what;
    return decision;
  }
  if (has_nothing_to_look_at(document, stages_, before_[position])) {
    result.state = StageResult::State::skipped;
    decision.what = What::skipped;
    return decision;
  }
  decision.record = record_before(document, stages_, before_[position], complexity_);
  Result<std::vector<std::string>> reasons = conditions_that_hold(stage.when, decision.record);
  if (!reasons) {
    result.state = StageResult::State::failed;
    result.error = reasons.error();
    decision.what = What::fails;
    decision.why = reasons.error().message;
    return decision;
  }
  decision.reasons = std::move(*reasons);
  if (!stage.when.empty() && decision.reasons.empty() && !stage.type->decides_on_reasons) {
    result.state = StageResult::State::skipped;
    decision.what = What::skipped;
    return decision;
  }
  if (configurations_.empty()) {
    decision.what = What::runs;
    return decision;
  }
  return decide_by_results(document, position, std::move(decision), find);
}

Result<StageDecision> StageDecider::decide_by_results(Document& document, std::size_t position,
                                                      StageDecision decision, const Find& find) {
  const StageConfig& stage = stages_[position];
  StageResult::Origin& origin = document.stages[position].origin;
  origin = {};
  const bool has_key = identify_once(document, stage);  // Without a key nothing is kept.
  const StageInput input = stage_input(document, stages_, position, before_[position], decision);
  if (has_key) {
    origin.input = to_text(input);
    origin.key = stage_key(configurations_[position], input);
    Result<Found> found = find(origin.key);
    if (!found) return found.error();
    if (found->is_being_computed) {
      decision.what = What::waits;
      return decision;
    }
    if (found->result) {
      take_result(document, position, std::move(*found->result));
      note_digests(document, position, false);  // That of a text came with it.
      decision.what = What::kept;
      return decision;
    }
  }
  decision.what = What::runs;
  decision.why = origin.why = has_key ? why_it_runs(document, position, input) : "its file cannot be read";
  return decision;
}

std::string StageDecider::why_it_runs(const Document& document, std::size_t position,
                                      const StageInput& input) {
  const LedgerStage* before = stage_before(document, stages_[position].id);
  if (use_ == Use::this_run && before != nullptr) return "asked for by --always-make";
  std::string content;
  if (before != nullptr && before->configuration != configurations_[position].digest) {
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = configured_.try_emplace(before->configuration);
    if (is_new)
      if (auto read = read_configuration_(before->configuration)) known->second = std::move(*read);
    content = known->second;
  }
  return why_stale(before, content, configurations_[position], input);
}

Result<std::vector<std::string>> conditions_that_hold(std::span<const NamedCondition> when,
                                                      const nlohmann::json& record) {
  std::vector<std::shared_ptr<const Condition>> conditions;
  for (const NamedCondition& named : when)
    conditions.push_back(named.condition);
  const std::vector<Result<bool>> results = evaluate(conditions, Quantifier::first, record);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < when.size(); ++i) {
    if (!results[i])
      return Error{results[i].error().error_class,
                   "condition '" + excerpt(when[i].name, longest_name) + "': " + results[i].error().message};
    if (*results[i]) names.push_back(when[i].name);
  }
  return names;
}

void note_digests(Document& document, std::size_t position, bool provides_text) {
  StageResult& result = document.stages[position];
  if (!result.output.is_null()) result.origin.digest = short_digest(json_to_text(to_stored(result)));
  if (provides_text && document.text) document.text_digest = text_digest(*document.text);
}

}  // namespace docket
