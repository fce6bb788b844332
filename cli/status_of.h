#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/options/open_ledger.h"
#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/run/run_lock.h"

namespace docket {

/// A document that is not done. Its row is read when it is shown: there may be very many.
struct Unfinished {
  std::string path;
  Standing standing = Standing::known;  ///< As the last run found it.
};

/// Documents that are not done for the same reason.
struct UnfinishedGroup {
  enum class State { failed, parked, held, not_finished, acknowledged };
  State state = State::failed;
  std::string why;                    ///< Class of the failure, or why they are held.
  std::vector<Unfinished> documents;  ///< New ones first, then by path; see `status_of`.
  std::int64_t count = 0;             ///< All of them.
  std::int64_t fresh = 0;             ///< New ones.
  std::string said;                   ///< The `reason_of` all of them; empty: they differ. See `Look`.
};
/// failed, parked, held, not_finished or acknowledged.
std::string_view name(UnfinishedGroup::State state);

/// Documents that are done and still to be looked at for the same reason: see `doubts_of`.
struct DoubtfulGroup {
  std::string why;
  std::vector<std::string> documents;  ///< By path.
  std::int64_t count = 0;              ///< All of them.
  std::string said;                    ///< As of the others.
};

/// What the last run's report says of it.
struct LastRunReport {
  std::optional<std::int64_t> wall_ms;
  nlohmann::ordered_json cost_usd;  ///< Null: unknown.
  std::int64_t cancelled = 0;       ///< Documents that it was to work on and did not finish.
  std::int64_t failed = 0;          ///< Documents, without acknowledged ones.
  std::int64_t input_problems = 0;
  std::vector<std::string> first_input_problems;
  std::string stopped;  ///< By what; empty: by nothing.
};

/// How an output stands.
struct OutputStatus {
  LedgerReader::Status counts;
  int exit_code = 0;  ///< See `exit_code_of`.
  std::int64_t acknowledged = 0;
  std::optional<LockHolder> running;
  std::optional<LastRunReport> last_report;  ///< None: it has not ended, or was killed.
  std::vector<UnfinishedGroup> groups;       ///< Those with new documents first, then failed before held.
  std::vector<DoubtfulGroup> doubtful;
};

/// How much of the documents is looked at.
struct Look {
  std::size_t most = std::numeric_limits<std::size_t>::max();  ///< New ones of each group, and others.
  /// Whether all of a group have the same reason; not of very many where that is in their records.
  bool compares_reasons = false;
};
Result<OutputStatus> status_of(OpenedLedger& opened, const Look& look);

/// What a run that found everything so would end with: 0 all is done, 1 something failed or is not finished,
/// 3 something is held; 1, too, if the last run has not come to its end or its input had problems, as there
/// may be documents then that the ledger does not know. What is acknowledged does not count. The ledger
/// counts: no document is looked at.
Result<int> exit_code_of(LedgerReader& ledger);

/// `docket status --json`: docs/status.schema.json. Piece by piece, as there may be very many documents.
void write_json(const OutputStatus& status, OpenedLedger& opened,
                const std::function<void(const std::string&)>& write);

}  // namespace docket
