#pragma once
#include <memory>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"

namespace docket::stages {

/// The stages that escalate can have done again: made from the settings of the stage, with other backends.
Result<std::unique_ptr<Stage>> make_classify(const Settings& settings, const Pipeline& pipeline,
                                             const std::vector<std::string>& backends);
Result<std::unique_ptr<Stage>> make_structured_extract(const Settings& settings, const Pipeline& pipeline,
                                                       const std::vector<std::string>& backends);

}  // namespace docket::stages
