#pragma once
#include <memory>
#include <string>

#include "pipeline/pipeline.h"
#include "stages/excerpt_stage.h"

namespace docket::stages {

/// Has the model `backend` answer the template of the setting `prompt` of `stage`. The output is `{answer}`,
/// by the setting `schema`, or `{text}`. A document that is too long for the model is asked about in pieces,
/// and the model puts the answers together.
Result<std::unique_ptr<ExcerptStage>> make_analysis(const StageConfig& stage, const Pipeline& pipeline,
                                                    const std::string& backend);

}  // namespace docket::stages
