#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/ledger_rows.h"

namespace docket {

/// All that a stage reads of one document. What it does not read stays empty.
struct StageInput {
  std::string document;                        ///< SHA-256, for a stage that reads the file.
  std::string text;                            ///< Digest.
  std::map<std::string, std::string> outputs;  ///< Digests, by the id of the earlier stage.
  std::vector<std::string> reasons;
};
/// JSON, with sorted members.
std::string to_text(const StageInput& input);

/// Under which a result is kept: two stages with the same key have the same answer.
std::string stage_key(const LedgerConfiguration& configuration, const StageInput& input);

/// What changed between how a stage last ended and what it is given now, for people: "its setting 'labels'
/// changed". `before`: null for a stage that never saw the document; `content`: of its configuration then.
std::string why_stale(const LedgerStage* before, std::string_view content,
                      const LedgerConfiguration& configuration, const StageInput& input);

}  // namespace docket
