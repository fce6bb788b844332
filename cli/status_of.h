#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/open_ledger.h"
#include "pipeline/run/run_lock.h"

namespace docket {

/// A document that is not done.
struct Unfinished {
  LedgerDocument document;
  std::string standing;  ///< new, known or acknowledged; as the last run found it.
};

/// Documents that are not done for the same reason.
struct UnfinishedGroup {
  enum class State { failed, parked, held, not_finished, acknowledged };
  State state = State::failed;
  std::string why;                    ///< Class of the failure, or why they are held.
  std::vector<Unfinished> documents;  ///< New ones first, then by path.
  std::int64_t fresh = 0;             ///< New ones.
};
/// failed, parked, held, not_finished or acknowledged.
std::string_view name(UnfinishedGroup::State state);

/// How an output stands.
struct OutputStatus {
  LedgerReader::Status counts;
  std::int64_t acknowledged = 0;
  std::optional<LockHolder> running;
  std::optional<std::int64_t> last_wall_ms;  ///< Of the last run.
  nlohmann::ordered_json last_cost_usd;      ///< Likewise; null: unknown.
  std::vector<UnfinishedGroup> groups;       ///< Those with new documents first, then failed before held.
};
Result<OutputStatus> status_of(OpenedLedger& opened);

/// What a run that found everything so would end with: 0 all is done, 1 something failed or is not finished,
/// 3 something is held. What is acknowledged does not count.
int exit_code_of(const OutputStatus& status);

/// `docket status --json`: docs/status.schema.json.
nlohmann::ordered_json to_json(const OutputStatus& status, OpenedLedger& opened);

}  // namespace docket
