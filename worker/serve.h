#pragma once
#include <string>

#include "backends/extraction/wire.h"
#include "pipeline/support/descriptor.h"
#include "worker/formats/media_type.h"

namespace docket::worker {

/// Says `ready`, with what was `refused` of the sandbox, then answers one order after the other from the pool
/// at the other end of `socket`, until that end is closed or the worker has become too large or too old.
/// `statm`: /proc/self/statm, open.
WorkerExit serve(int socket, const std::string& refused, const MediaTypes& media_types, Descriptor statm);

}  // namespace docket::worker
