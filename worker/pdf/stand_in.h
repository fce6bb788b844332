#pragma once
#include <optional>
#include <string>

#include "pipeline/text.h"

class PDFDoc;

namespace docket::worker {

/// Says so, when the pages of a PDF only stand in for the document that it holds: a dynamic form (XFA), whose
/// pages a reader makes itself, or the cover of a portfolio of files. What the pages say is not looked at,
/// since it is said in all languages.
std::optional<std::string> stand_in(PDFDoc& document, const Text& text, std::size_t embedded_files);

}  // namespace docket::worker
