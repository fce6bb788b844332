#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/report/page.h"

namespace docket {

/// The pages of a document on which its record (docs/record.schema.json) found values, in their order, each
/// with the places of these. Without pictures, and without sizes.
std::vector<SeenEvidence> evidence_in(const nlohmann::json& record, const std::string& document);

}  // namespace docket
