#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads a Word document (ECMA-376, WordprocessingML; also its templates and those with macros) as a person
/// sees it: headers, the body, footnotes and endnotes, comments, footers. Deleted text of tracked changes and
/// hidden text are left out; fields show their result; list items have their number. Pages are those of the
/// program that saved it, as far as it left marks of them.
Result<Extraction> read_docx(std::string_view bytes, TableForm tables);

}  // namespace docket::worker
