#pragma once
#include <string>
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// Reads a PDF that stands whole in memory. `password` is UTF-8 and may be the owner's or the user's; empty:
/// none. Gives pages, metadata, embedded_files and problems; errors are encrypted, empty and damaged.
/// Not for several threads at once: poppler reports its complaints through one global function.
Result<Extraction> read_pdf(std::string_view content, const std::string& password);

}  // namespace docket::worker
