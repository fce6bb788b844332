#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"
#include "stages/doubts.h"

namespace docket::stages {

/// Which doubts of what earlier stages found are reasons to escalate: the setting `reasons`. Immutable.
class Reasons {
 public:
  /// The Error (class `config`) names what no earlier stage has.
  static Result<Reasons> of(const StageConfig& stage, const Pipeline& pipeline);

  /// In words, by stage.
  std::vector<std::string> found_in(const nlohmann::json& record) const;

 private:
  /// A stage before, as far as the record may hold doubts of it.
  struct Doubter {
    std::string stage;
    std::vector<Doubt> (*doubts)(const std::string& stage, const nlohmann::json& output);
  };
  explicit Reasons(const StageConfig& escalate) : filter_(escalate) {}

  ReasonFilter filter_;
  std::vector<Doubter> doubters_;  ///< By name, so that reasons have an order.
};

}  // namespace docket::stages
