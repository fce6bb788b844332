#pragma once
#include <string>

#include "cli/options/open_ledger.h"

namespace docket {

/// Why a document is not done, in one line for people: what `docket status` says of it.
std::string reason_of(const LedgerDocument& document, OpenedLedger& opened);

/// Why one that is done is to be looked at. `doubt`: see `doubts_of`. Empty: that says it all.
std::string reason_of(const std::string& doubt, const std::string& path, OpenedLedger& opened);

}  // namespace docket
