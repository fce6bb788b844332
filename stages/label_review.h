#pragma once
#include <memory>
#include <string>

#include "pipeline/pipeline.h"
#include "stages/excerpt_stage.h"

namespace docket::stages {

/// A stage that shows a model which label classify `stage` has found. The model says "ok", as an independent
/// tier that gives the same label would, or which one is right, with the words that show it.
Result<std::unique_ptr<ExcerptStage>> make_label_review(const StageConfig& stage, const Pipeline& pipeline,
                                                        const std::string& backend, const Settings& asker);

}  // namespace docket::stages
