#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// Reads a PDF that stands whole in memory. `passwords` are UTF-8, the owner's or the user's, and
/// tried in turn where it does not open without. Gives pages, metadata, embedded_files and problems; errors
/// are encrypted, empty and damaged. Not for several threads at once: poppler reports its complaints through
/// one global function.
Result<Extraction> read_pdf(std::string_view content, const std::vector<std::string>& passwords,
                            const PageWatch& watch = {});

}  // namespace docket::worker
