#pragma once
#include <string>
#include <vector>

#include "cli/report/page.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/pipeline.h"

namespace docket {

/// At most so many documents are shown with their pages, and so many pages of each: a picture is large.
inline constexpr std::size_t most_shown_documents = 20, most_shown_pages = 5;

/// The pages of the documents that a person named on which values were found, drawn by the workers that OCR
/// has, never here: a document is not to be trusted. What cannot be drawn says why in its place. The Error
/// says that a document is not known.
Result<std::vector<SeenEvidence>> pages_with_evidence(LedgerReader& ledger, const Pipeline& pipeline,
                                                      const std::vector<std::string>& documents);

}  // namespace docket
