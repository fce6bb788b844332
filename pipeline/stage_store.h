#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/document.h"
#include "pipeline/support/result.h"

namespace docket {

/// Knows results of stages, from earlier runs and from other documents of this one, so that what has an
/// answer is not asked again. Shared by all documents of a flow; never waits for anything but its own disk.
class StageStore {
 public:
  virtual ~StageStore() = default;

  enum class Found {
    nothing,  ///< The stage is to be run. `ended` is called when it has.
    result,   ///< It stands in the document now: the stage is over.
    later,    ///< Another document is about to compute it: `again` says when to ask again.
  };
  /// Asked after the stage's conditions were evaluated and before its first turn. `reasons`: those that hold.
  /// With `later`, and only then, `again` is called once, from any thread, perhaps before this returns. An
  /// Error fails the document: what is known cannot be read, and to compute it anew might cost.
  virtual Result<Found> begin(Document& document, std::size_t position,
                              const std::vector<std::string>& reasons,
                              std::function<void()> again) noexcept = 0;
  /// The stage has ended, in whatever state; called once for each `nothing`, before any stage after it
  /// begins.
  virtual void ended(Document& document, std::size_t position) noexcept = 0;
};

}  // namespace docket
