#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/complexity.h"
#include "pipeline/json/condition.h"
#include "pipeline/ledger/stage_key.h"
#include "pipeline/ledger_rows.h"
#include "pipeline/support/result.h"

namespace docket {

struct StageConfig;

/// What becomes of one stage of one document, and why.
struct StageDecision {
  enum class What {
    runs,         ///< `why` says why.
    kept,         ///< Its result is known.
    waits,        ///< Another document of the run is computing its result.
    skipped,      ///< Its conditions are false.
    fails,        ///< A condition cannot be evaluated; `why` is the error's message.
    not_reached,  ///< A stage before it failed, or was not reached itself.
    depends,      ///< In a dry run: on what a stage before it will find.
    left_out,     ///< It would run, but the run does not ask for it (--until).
  };
  What what = What::waits;
  std::string why;                   ///< For people.
  nlohmann::json record;             ///< What the stage may read of the document.
  std::vector<std::string> reasons;  ///< Names of its conditions that hold.
};

/// Decides whether a stage runs for a document: for runs, dry runs and `explain` alike. May be used by any
/// thread.
class StageDecider {
 public:
  /// The only results that there are for a decision.
  enum class Use {
    all,       ///< Whatever run they are from.
    this_run,  ///< Only what this run has computed (--always-make).
  };
  /// What is known under a key.
  struct Found {
    std::optional<StoredResult> result;
    bool is_being_computed = false;  ///< By another document.
  };
  using Find = std::function<Result<Found>(const std::string& key)>;
  /// What a stage was told to do when the configuration had that digest, as JSON.
  using ReadConfiguration = std::function<Result<std::string>(const std::string& digest)>;

  /// `configurations`: of the stages, in their order; none: no result is known. All must outlive this.
  explicit StageDecider(std::span<const StageConfig> stages,
                        std::span<const LedgerConfiguration> configurations = {}, Use use = Use::all,
                        ReadConfiguration read_configuration = {}, ComplexityRule complexity = {});

  /// Puts into the document what the decision settles: that the stage is skipped, its error, or its known
  /// result as if it had run; else, under which key its result will be kept and why it runs. `find` may be
  /// asked once; once it has said that the result is being computed, the document is not touched any more.
  /// `earlier`: in a dry run, what was decided for all earlier stages. Empty: they have ended.
  ///
  /// An Error: what is known cannot be read, or docket is wrong (class `bug`). Never throws: a decision is
  /// made where nobody could catch it.
  Result<StageDecision> decide(Document& document, std::size_t position, const Find& find,
                               std::span<const StageDecision> earlier = {}) noexcept;

 private:
  Result<StageDecision> decide_by_conditions(Document& document, std::size_t position, const Find& find,
                                             std::span<const StageDecision> earlier);
  Result<StageDecision> decide_by_results(Document& document, std::size_t position, StageDecision decision,
                                          const Find& find);
  std::string why_it_runs(const Document& document, std::size_t position, const StageInput& input);

  const std::span<const StageConfig> stages_;
  const std::span<const LedgerConfiguration> configurations_;
  const Use use_;
  const ReadConfiguration read_configuration_;
  const ComplexityRule complexity_;
  std::vector<std::vector<std::size_t>> before_;  ///< Per stage: all that come before it.
  std::mutex mutex_;
  std::map<std::string, std::string> configured_;  ///< Contents by digest. Guarded by mutex_.
};

/// The names of the conditions that hold. The Error (class `condition`; `unavailable` when none can be
/// evaluated at all) names the one that cannot be evaluated.
Result<std::vector<std::string>> conditions_that_hold(std::span<const NamedCondition> when,
                                                      const nlohmann::json& record);

/// Digests of what a stage found, for the keys of those after it.
void note_digests(Document& document, std::size_t position, bool provides_text);

}  // namespace docket
