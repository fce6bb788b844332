#pragma once
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "tests/temp_dir.h"

namespace docket {

/// One stage, made from its YAML as a user writes it, so that its settings are tested too.
class StageHarness {
 public:
  /// `options` is the YAML under `- TYPE:`, on one or more lines without indentation. `schema.json`, if
  /// given, lies beside the pipeline file. `more` is YAML of further stages; the last of all is the one.
  StageHarness(const std::string& type, const std::string& options, const std::string& schema = "",
               const std::string& more = "");
  const Stage& stage() const { return *pipeline_.stages.back().stage; }
  const std::vector<std::string>& warnings() const { return pipeline_.warnings; }
  const StageConfig& pipeline() const { return pipeline_.stages.back(); }
  const std::vector<StageConfig>& all() const { return pipeline_.stages; }

 private:
  TempDir dir_;
  Pipeline pipeline_;
};

}  // namespace docket
