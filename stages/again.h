#pragma once
#include <memory>
#include <string>

#include "pipeline/registry.h"
#include "stages/excerpt_stage.h"

namespace docket::stages {

/// Has a model look again at what a stage has answered, and puts the joined answer in the place of that. Its
/// own output says what was: `{replaces, before, superseded}`.
class Again final : public ExcerptStage {
 public:
  /// `id`, `type`: of the stage whose answer is replaced. `stage` asks the model.
  Again(std::string id, Redo type, std::unique_ptr<ExcerptStage> stage)
      : id_(std::move(id)), type_(type), stage_(std::move(stage)) {}

  Result<std::vector<Request>> advance_with(const Excerpt& excerpt, Document& document, const Turn& turn,
                                            StageResult& result) const override;

 private:
  const std::string id_;
  const Redo type_;
  const std::unique_ptr<ExcerptStage> stage_;
};

}  // namespace docket::stages
