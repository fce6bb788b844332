#pragma once
#include <vector>

#include "worker/text/extraction.h"

class PDFDoc;

namespace docket::worker {

/// The XML files (by name) among those that are embedded in a PDF, of its tree of names and of its
/// associated files (/AF). Some at most, each up to 16 MiB when it is unpacked.
std::vector<AttachedXml> attached_xml(PDFDoc& document);

}  // namespace docket::worker
