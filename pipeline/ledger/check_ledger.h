#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "pipeline/ledger/sqlite.h"

namespace docket {

/// What is wrong within a ledger.
struct LedgerDamage {
  std::string where;  ///< `texts 3f0c…`, `document_stages in/a.pdf classify`
  std::string what;
  std::string next;  ///< What becomes of it.
};

/// Checks the database as SQLite does, and each row that holds a digest, or is named by one, against it. Of
/// the long values it holds one piece at a time. Returns how many rows it has looked at.
Result<std::int64_t> check_ledger(LedgerDatabase& database,
                                  const std::function<void(const LedgerDamage&)>& found);

}  // namespace docket
