#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads a PowerPoint presentation (ECMA-376, PresentationML; also templates, shows and those with macros):
/// each slide that is shown is a page, in the order of the show, its notes behind it. What stands on masters
/// and layouts, other than their placeholders, comes once. Hidden slides and shapes are left out.
Result<Extraction> read_pptx(std::string_view bytes, TableForm tables);

}  // namespace docket::worker
