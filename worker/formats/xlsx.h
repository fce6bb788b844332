#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads an Excel workbook (ECMA-376, SpreadsheetML; also templates and those with macros): each sheet that
/// is shown is a page that begins with its name. Cells as their formats show them (see number_format.h),
/// formulas by their last result; then text boxes, charts and comments. Hidden sheets, rows and columns are
/// left out.
Result<Extraction> read_xlsx(std::string_view bytes, TableForm tables);

}  // namespace docket::worker
