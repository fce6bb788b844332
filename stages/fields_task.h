#pragma once
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/pipeline.h"
#include "pipeline/reading/dates.h"
#include "pipeline/support/result.h"

namespace docket::stages {

/// What the settings of a structured-extract stage say, for whoever asks its question.
struct FieldsTask {
  std::shared_ptr<const nlohmann::json> schema;  ///< With its properties in the open; there are some.
  std::shared_ptr<const std::vector<Check>> checks;
  double accept = 0;
  bool splits = false;
  DayMonth dates = DayMonth::unknown;
  std::map<std::string, std::string> models;  ///< As FieldJudge has them.
  std::string source;  ///< Id of the stage that reads the file, and an e-invoice in it.

  static Result<FieldsTask> of(const StageConfig& stage, const Pipeline& pipeline);
};

}  // namespace docket::stages
