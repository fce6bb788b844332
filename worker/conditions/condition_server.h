#pragma once
#include "backends/extraction/wire.h"

namespace docket::worker {

/// Says `ready`, then compiles and evaluates what comes from the other end of `socket`, until that end is
/// closed; see condition_wire.h. A condition that takes too long, too much memory, or that jq dies of ends
/// the process, which says so before. Everything that the system allows only before lock_in() is done by
/// `prepare_for_conditions`.
WorkerExit serve_conditions(int socket);
void prepare_for_conditions();

}  // namespace docket::worker
