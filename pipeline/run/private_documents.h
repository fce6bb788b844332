#pragma once
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "pipeline/document.h"
#include "pipeline/json/condition.h"

namespace docket {

struct StageConfig;

/// Whose question it is, and what is known of its document.
struct PrivacyQuestion {
  std::span<const StageConfig> stages;
  std::size_t asking;                   ///< Position of the stage that asks now.
  std::span<const std::size_t> before;  ///< Stages that have ended: all_before().
  const Document& document;
  const nlohmann::json& record;  ///< record_before(): what they say.
};

/// Why nothing of the document may leave this machine at this moment; empty: it may.
///
/// Fails closed: it may only when every condition of the policy is false for sure. Any output that is true or
/// null counts, so does any error, in whichever spelling of the document's name; and a condition counts that
/// reads what is not known for sure yet: of a stage that has not ended (the asking one neither), that is
/// held, or whose answer was not accepted.
std::string private_because(std::span<const NamedCondition> policy, const PrivacyQuestion& question);

}  // namespace docket
