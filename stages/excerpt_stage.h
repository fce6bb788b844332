#pragma once
#include <vector>

#include "pipeline/stage.h"
#include "stages/excerpt.h"

namespace docket::stages {

/// A stage that can do with an excerpt of a document's text. Evidence is looked for in the document.
class ExcerptStage : public Stage {
 public:
  /// As Stage::advance; `excerpt` is the same in all turns.
  virtual Result<std::vector<Request>> advance_with(const Excerpt& excerpt, Document& document,
                                                    const Turn& turn, StageResult& result) const = 0;

  Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                       StageResult& result) const final {
    return advance_with(whole(document), document, turn, result);
  }
};

}  // namespace docket::stages
