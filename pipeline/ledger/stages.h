#pragma once
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "pipeline/ledger/ledger.h"
#include "pipeline/ledger/stage_key.h"
#include "pipeline/stage_store.h"

namespace docket {

struct StageConfig;

/// How the stage of that id ended when the document was last worked on; null: not known.
const LedgerStage* stage_before(const Document& document, const std::string& id);

/// Reads the document's file to know which content it has, if the stage's key needs that and it is not known.
/// What cannot be read is left to the stage, which says why. False: the stage has no key.
bool identify_once(Document& document, const StageConfig& stage);

/// All that the stage at `position` reads of the document. The stages before it have ended.
StageInput stage_input(const Document& document, std::span<const StageConfig> stages, std::size_t position,
                       const std::vector<std::size_t>& before, const std::vector<std::string>& reasons);

/// Puts a known result into the document, as if the stage had run, with what it cost when it was made.
void take_result(Document& document, std::size_t position, StoredResult result);

/// Digests of what a stage found, for the keys of those after it.
void note_digests(Document& document, std::size_t position, bool provides_text);

/// The results that a ledger keeps, as a flow asks for them. Each key is computed by one document at a time:
/// the others wait until its result is committed, or until it failed, and ask again.
class LedgerStages final : public StageStore {
 public:
  enum class Use {
    all,       ///< Whatever run a result is from.
    this_run,  ///< Only what this run has computed.
  };
  /// `configurations`: of the stages, in their order. All must outlive this.
  LedgerStages(Ledger& ledger, std::span<const StageConfig> stages,
               std::span<const LedgerConfiguration> configurations, Use use);

  Result<Found> begin(Document& document, std::size_t position, const std::vector<std::string>& reasons,
                      std::function<void()> again) noexcept override;
  void ended(Document& document, std::size_t position) noexcept override;

 private:
  using Waiters = std::vector<std::function<void()>>;

  Result<Found> look(Document& document, std::size_t position, const std::string& key);
  std::string why(const Document& document, std::size_t position, const StageInput& input);
  void release(const std::string& key);

  Ledger& ledger_;
  const std::span<const StageConfig> stages_;
  const std::span<const LedgerConfiguration> configurations_;
  const Use use_;
  std::vector<std::vector<std::size_t>> before_;  ///< Per stage: all that come before it.
  std::mutex mutex_;
  std::map<std::string, Waiters> claims_;          ///< Keys that are being computed. Guarded by mutex_.
  std::map<std::string, std::string> configured_;  ///< Contents by digest. Guarded by mutex_.
};

}  // namespace docket
