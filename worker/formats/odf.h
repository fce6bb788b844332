#pragma once
#include <string_view>

#include "pipeline/support/result.h"
#include "worker/text/extraction.h"
#include "worker/text/table.h"

namespace docket::worker {

/// Reads an OpenDocument text, spreadsheet, presentation or drawing (ISO/IEC 26300) as a person sees it.
/// Sheets, slides and drawn pages are pages; so are those of a text, as far as the program that saved it left
/// marks of them. Hidden parts and the deleted text of tracked changes are left out, repeated cells come as
/// often as they fill a row, and notes and comments follow the text.
Result<Extraction> read_odf(std::string_view bytes, TableForm tables);

/// The same of a document that is one XML file (`office:document`), in UTF-8.
Result<Extraction> read_flat_odf(std::string_view utf8, TableForm tables);

}  // namespace docket::worker
