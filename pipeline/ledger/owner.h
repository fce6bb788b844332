#pragma once
#include <optional>

#include "pipeline/support/result.h"

namespace docket {

class LedgerDatabase;
struct Pipeline;

/// An output belongs to the pipeline that ran into it last, by its name: another would take its documents for
/// missing, and its records for its own. The Error (class `config`) says whose the output is, unless it is
/// this pipeline's or nobody's.
std::optional<Error> check_owner(LedgerDatabase& ledger, const Pipeline& pipeline);

}  // namespace docket
