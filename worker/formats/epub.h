#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads an e-book (EPUB 2 and 3): each document of its reading order is a page.
Result<Extraction> read_epub(std::string_view bytes, TableForm tables);

}  // namespace docket::worker
