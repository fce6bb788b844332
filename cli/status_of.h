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
};
/// failed, parked, held, not_finished or acknowledged.
std::string_view name(UnfinishedGroup::State state);

/// Documents that are done and still to be looked at for the same reason: see `doubts_of`.
struct DoubtfulGroup {
  std::string why;
  std::vector<std::string> documents;  ///< By path.
  std::int64_t count = 0;              ///< All of them.
};

/// How an output stands.
struct OutputStatus {
  LedgerReader::Status counts;
  int exit_code = 0;  ///< See `exit_code_of`.
  std::int64_t acknowledged = 0;
  std::optional<LockHolder> running;
  std::optional<std::int64_t> last_wall_ms;  ///< Of the last run.
  nlohmann::ordered_json last_cost_usd;      ///< Likewise; null: unknown.
  std::int64_t last_cancelled = 0;           ///< Documents that it was to work on and did not finish.
  std::vector<UnfinishedGroup> groups;       ///< Those with new documents first, then failed before held.
  std::vector<DoubtfulGroup> doubtful;
};
/// `most`: of each group, so many new documents and so many others are named, and the rest is counted.
constexpr std::size_t all_documents = std::numeric_limits<std::size_t>::max();
Result<OutputStatus> status_of(OpenedLedger& opened, std::size_t most);

/// What a run that found everything so would end with: 0 all is done, 1 something failed or is not finished,
/// 3 something is held. What is acknowledged does not count. The ledger counts: no document is looked at.
Result<int> exit_code_of(LedgerReader& ledger);

/// `docket status --json`: docs/status.schema.json. Piece by piece, as there may be very many documents.
void write_json(const OutputStatus& status, OpenedLedger& opened,
                const std::function<void(const std::string&)>& write);

}  // namespace docket
