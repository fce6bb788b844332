#pragma once
#include <functional>
#include <string>

#include "backends/extraction/wire.h"
#include "pipeline/backend.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket::worker {

/// Does what an order asks for with the file behind the descriptor, which stays open. What is to be said
/// before the answer, such as what the file is, it says to the socket itself.
using Work = std::function<Result<Answer>(int socket, int file, const ExtractOrder& order)>;

/// Says `ready`, with what was `refused` of the sandbox, then answers one order after the other from the pool
/// at the other end of `socket`, until that end is closed or the worker has become too large or too old.
/// `statm`: /proc/self/statm, open.
WorkerExit serve(int socket, const std::string& refused, const Work& work, Descriptor statm);

}  // namespace docket::worker
