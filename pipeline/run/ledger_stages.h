#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "pipeline/ledger/ledger.h"
#include "pipeline/run/stage_decision.h"

namespace docket {

/// The results of stages that a ledger keeps, from earlier runs and from other documents of this one, so that
/// what has an answer is not asked again. Shared by all documents of a flow; never waits for anything but its
/// own disk. Each key is computed by one document at a time: the others wait until its result is committed,
/// or until it failed, and ask again.
class LedgerStages {
 public:
  /// `configurations`: of the stages, in their order. All must outlive this.
  LedgerStages(Ledger& ledger, std::span<const StageConfig> stages,
               std::span<const LedgerConfiguration> configurations, StageDecider::Use use,
               ComplexityRule complexity = {});

  /// Asked before the first turn of each stage. `runs`: `ended` is to be called when it has. `waits`: `again`
  /// says when to ask again; it is called then, and only then, once, from any thread, perhaps before this
  /// returns. An Error fails the document: what is known cannot be read, and to compute it anew might cost.
  Result<StageDecision> begin(Document& document, std::size_t position, std::function<void()> again) noexcept;
  /// The stage has ended, in whatever state; called once for each `runs`, before any stage after it begins.
  void ended(Document& document, std::size_t position) noexcept;

 private:
  using Waiters = std::vector<std::function<void()>>;

  /// False: another document has the claim, and `again` will be called.
  bool claim(const std::string& key, std::function<void()>& again);
  Result<StageDecider::Found> look(const std::string& key, StageDecider::Use use);
  void release(const std::string& key);

  Ledger& ledger_;
  const std::span<const StageConfig> stages_;
  const StageDecider::Use use_;
  StageDecider decider_;
  std::mutex mutex_;
  std::map<std::string, Waiters> claims_;  ///< Keys that are being computed. Guarded by mutex_.
};

}  // namespace docket
