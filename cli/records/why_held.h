#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/pipeline.h"

namespace docket {

/// Why a document is held, in one line for people, from its record: `currency 0.53 < 0.80, no clear label
/// stands at it` in place of `low confidence: STAGE`, other reasons as they are, and what `held_detail` says.
/// Empty: the record says no more than `held` itself.
std::string why_held(const nlohmann::json& record, const Pipeline& pipeline);

/// What releases documents that are held for this reason (the record's `held`), and where that may be wanted,
/// how to accept one as it is: a line each. `pipeline_file`: as in a command that is typed; `document`
/// likewise, empty: it is accepted already.
std::vector<std::string> release_of(std::string_view held, const std::string& pipeline_file,
                                    const std::string& document = "DOCUMENT");

}  // namespace docket
