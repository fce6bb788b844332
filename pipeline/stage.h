#pragma once
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/cap.h"
#include "pipeline/document.h"

namespace docket {

/// What a stage keeps of one document from turn to turn: each has its own. Gone when the stage is over.
class StageProgress {
 public:
  virtual ~StageProgress() = default;
};

/// Where a stage stands with one document.
struct Turn {
  int number = 0;                  ///< 0 on the first call.
  std::span<const Reply> replies;  ///< One per request of the turn before, in its order.
  /// What earlier stages found: `document` and one member per stage that ran. Only what comes before this
  /// stage in the graph is in it.
  const nlohmann::json& record;
  /// Names of the stage's `when` conditions that are true for the record.
  std::span<const std::string> reasons;
  std::unique_ptr<StageProgress>& progress;  ///< The stage's own; null on the first call.
};

/// One step of the work on a document.
///
/// A stage that needs a model, or a parser, returns what it wants to ask and is called again with the
/// replies; it may ask again. Nothing left to ask: done. It is a pure function of the document and the
/// replies: one stage serves many documents at once and keeps no state between calls but in Turn::progress.
class Stage {
 public:
  virtual ~Stage() = default;
  /// Writes what it found to `result.output` (and `result.reasons`, `result.held`). Called by one thread at
  /// a time for one document. An Error fails the document in this stage.
  virtual Result<std::vector<Request>> advance(Document& document, const Turn& turn,
                                               StageResult& result) const = 0;

  /// Of so many documents of a run at most its questions are asked, of the worst ones first (see Severity);
  /// the others are held. None: of all. A document then goes through the stage twice, each time from turn 0
  /// with a new StageProgress: the requests of the first time are dropped, unsent. So until a reply has come
  /// nothing may be changed but `result` and the progress.
  virtual std::optional<Cap> cap() const { return std::nullopt; }

  /// Id of the earlier stage that it does again, with that one's settings; empty: none.
  virtual std::string redoes() const { return {}; }
  /// It only looks that answer over, or is shown less than the document: nobody else could do without it.
  virtual bool redoes_in_part() const { return false; }
};

}  // namespace docket
