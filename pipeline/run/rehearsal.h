#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/ledger/plan_history.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/stage_decision.h"

namespace docket {

/// What a run might ask a model about a document.
struct RehearsedCall {
  std::size_t stage = 0;
  std::string backend;
  std::string request = {};        ///< Digest: the same request is sent once.
  std::int64_t bytes = 0;          ///< Of the prompt, as it would be sent.
  Usage most = {};                 ///< That it may take: for this a budget keeps money.
  std::int64_t thinking_room = 0;  ///< Of the output tokens of these.
  std::int64_t answer_bytes = 0;   ///< Of an answer as long as such answers usually are.
  /// Of the backends that the stage asks one after the other, from 0: the later ones' turn may not come.
  std::size_t turn = 0;
  bool may_be_withheld = false;  ///< The policy cannot be decided before a model has answered.
};

/// What a run would do with one document, as far as that can be told without asking a model.
struct RehearsedDocument {
  std::vector<RehearsedCall> calls;
  /// By stage: it may run or not, which depends on what a model says; and the share of the possible labels
  /// with which its conditions hold.
  std::map<std::size_t, double> unsure;
  PlannedDocument document;
};

/// Takes documents through the stages as a run does, with a backend that asks no model (its replies have what
/// a call may take in `Reply::spent`) and without a trace. Any thread.
///
/// What depends on a model's answer is looked at as if every backend's turn came and every condition held.
class Rehearsal {
 public:
  /// All must outlive it; `find` is called by any thread.
  Rehearsal(const Pipeline& pipeline, StageDecider& decider, StageDecider::Find find, Backend& backend);

  /// The Error: what is known cannot be read, or docket is wrong.
  Result<RehearsedDocument> rehearse(Document& document) const;

 private:
  class Walk;
  const Pipeline& pipeline_;
  StageDecider& decider_;
  const StageDecider::Find find_;
  Backend& backend_;
  const std::vector<NamedCondition> private_when_;
  std::vector<std::vector<std::size_t>> before_;  ///< Per stage: all that come before it.
};

}  // namespace docket
