#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/config/diagnostics.h"
#include "pipeline/config/settings_reader.h"
#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"

namespace docket {

/// Compares the conditions of a pipeline with what they are about, as the types of its stages declare it:
/// members that nothing has, stages that have not run yet, constants that a value can never be, checks that
/// are neither true nor false, `=` in place of `==`. What is surely wrong is an error, what is only likely a
/// warning.
///
/// Returns the conditions in which '-' stands in the id of a stage: jq's own complaint about them helps
/// nobody.
std::set<const Condition*> check_conditions(const Pipeline& pipeline,
                                            const std::vector<SettingsReader::PlacedCondition>& conditions,
                                            Diagnostics& diagnostics);

/// What is wrong with a condition over whole records, or likely to be, by the same checks. Records of a
/// pipeline that was another may prove it right.
std::vector<std::string> doubts_about(const NamedCondition& condition, const Pipeline& pipeline);

/// Names of what a condition over records may read: stages, and what every record has.
std::vector<std::string_view> readable_in_conditions(const Pipeline& pipeline);

/// What jq finds wrong with the conditions of a pipeline: `file:line:column: setting: message` each. Compiles
/// them, which takes some 50 ms: only who is about to evaluate some asks. The Error: nothing can be compiled.
Result<std::vector<std::string>> compile_conditions(const Pipeline& pipeline);

/// The same for who goes no further: an Error (class `config`) when something is wrong,
/// or another when nothing can be compiled.
std::optional<Error> refuse_conditions(const Pipeline& pipeline);

}  // namespace docket
