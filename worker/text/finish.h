#pragma once
#include "pipeline/text.h"
#include "worker/text/extraction.h"

namespace docket::worker {

/// What every text goes through once its pages are read, whatever its format: makes hyphenated words whole,
/// grades it, finds its language and the lines that its pages repeat, and writes it in `form`. Sets `pages`,
/// `characters`, `grade`, `page_grades`, `language` and `repeated_lines` of the value.
void finish(Extraction& extraction, const TextForm& form);

}  // namespace docket::worker
