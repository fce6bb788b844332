#pragma once
#include <functional>

#include "backends/extraction/wire.h"
#include "pipeline/backend.h"
#include "pipeline/support/descriptor.h"
#include "pipeline/support/result.h"

namespace docket::worker {

/// Does what an order asks for with the file behind the descriptor, which stays open. `announce` is called
/// with what the file is, if that is found out, before its content is parsed.
using Work = std::function<Result<Answer>(int file, const ExtractOrder& order,
                                          const std::function<void(const FileFacts&)>& announce)>;

/// Says `ready`, then answers one order after the other from the pool at the other end of `socket`, until
/// that end is closed or the worker has become too large or too old. `statm`: /proc/self/statm, open.
WorkerExit serve(int socket, const Work& work, Descriptor statm);

}  // namespace docket::worker
