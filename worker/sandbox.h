#pragma once
#include <optional>

#include "pipeline/support/result.h"

namespace docket::worker {

/// Gives up, for good, all that a parser has no business doing: no network, no other process, no new program,
/// no file opened but for reading, nothing removed, renamed or made. A forbidden call fails with EPERM. No
/// core dump, no new privileges. What is open stays usable.
///
/// Libraries may still open files for reading: poppler its character maps, iconv its tables.
std::optional<Error> lock_in();

/// For a worker of the pool: dies with the pool, and no file that it may still hold can grow.
void bind_to_parent();

}  // namespace docket::worker
