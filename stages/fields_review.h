#pragma once
#include <memory>
#include <string>

#include "pipeline/pipeline.h"
#include "stages/excerpt_stage.h"

namespace docket::stages {

/// A stage that shows a model what structured-extract `stage` has found. The model says which values are
/// wrong, with the words that show it; it confirms those of which it says nothing, as an independent tier
/// that gives the same value for the same words.
Result<std::unique_ptr<ExcerptStage>> make_fields_review(const StageConfig& stage, const Pipeline& pipeline,
                                                         const std::string& backend, const Settings& asker);

}  // namespace docket::stages
