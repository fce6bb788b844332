#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/next_run.h"
#include "pipeline/ledger/document_row.h"
#include "pipeline/pipeline.h"

namespace docket {

/// What is known of a document.
struct DocumentStory {
  const LedgerDocument& document;
  const std::vector<LedgerStage>& stages;
  const std::vector<LedgerCall>& calls;
  const nlohmann::json& record;  ///< Null: it cannot be read.
  std::string record_file;
};

/// `docket explain --json` (docs/explain.schema.json), without what a run would do now.
nlohmann::ordered_json document_json(const DocumentStory& story, const Pipeline& pipeline);
/// The same of a document that no run has ended.
nlohmann::ordered_json unended_json(const std::string& path, const std::vector<LedgerCall>& calls,
                                    const NextRun& next);
nlohmann::ordered_json with_next(nlohmann::ordered_json json, const NextRun& next);

}  // namespace docket
