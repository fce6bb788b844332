#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/field.h"
#include "pipeline/ledger_rows.h"

namespace docket {

/// What the settings say that decides the answer. `resolved`: as Settings::resolved gives them. Left out is
/// what has `affects_answer = false` (addresses, limits, prices, time-outs); the name of a backend gives way
/// to what `backend` says of it, so that a new name changes nothing.
nlohmann::json answer_settings(std::span<const Field> fields, const nlohmann::json& resolved,
                               const std::function<nlohmann::json(const std::string&)>& backend);

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
