#pragma once
#include <string>

#include "cli/options/open_ledger.h"

namespace docket {

/// What `docket explain` says of documents that no run has brought to an end.

/// Of one about which a model was asked: what became of the run that did.
std::string why_unended(const std::string& path, OpenedLedger& opened);

/// Of what a person has typed and the ledger does not know: that the next run takes it, or what they may have
/// meant. `command`: the pipeline, as in a command that is typed.
std::string why_unknown(const std::string& typed, OpenedLedger& opened, const std::string& command);

}  // namespace docket
