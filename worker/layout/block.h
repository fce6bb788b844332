#pragma once
#include <vector>

#include "pipeline/text.h"
#include "worker/layout/lines.h"

namespace docket::worker {

/// Appends the lines of one block to `page.text`, and their words to `page.words`.
void write_block(Page& page, std::vector<Line> lines);

}  // namespace docket::worker
