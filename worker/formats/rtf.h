#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads Rich Text (RTF 1.9) as a person sees it. Characters are decoded by the charset of their font. Hidden
/// and deleted text is left out; headers come before the text, footnotes, comments and footers behind it.
Result<Extraction> read_rtf(std::string_view bytes, TableForm tables);

}  // namespace docket::worker
