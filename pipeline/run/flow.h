#pragma once
#include <chrono>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "pipeline/backend.h"
#include "pipeline/document.h"
#include "pipeline/json/condition.h"
#include "pipeline/stage.h"

namespace docket {

class LedgerStages;
struct StageConfig;

struct FlowOptions {
  int jobs = 1;        ///< CPU workers: threads that run stages.
  int in_flight = 32;  ///< Documents held in memory at once.
  /// How long a document's questions may be at work, one stage after the other; no model is asked about it
  /// any more afterwards. The time that they wait behind those of other documents does not count. 0: no
  /// limit.
  std::chrono::milliseconds document_time{0};
  /// Documents for which one of these holds are shown to no model in the cloud.
  std::vector<NamedCondition> private_when = {};
};

/// How the flow gets documents and hands them back.
struct FlowEnds {
  /// The next document, or null at the end. Called by one thread of its own, so it may wait (for standard
  /// input, a directory); it must return soon once `stop` is requested.
  std::function<DocumentPtr()> next;
  /// Takes each document back exactly once, in order of completion. Never called by two threads at a time.
  std::function<void(Document&)> finished;
  /// Told of each stage that a document has left, ran it or not, with what that took. Called by many threads.
  /// Empty: nobody is.
  std::function<void(const Document&, std::size_t stage)> left_stage = {};
};

/// Takes every document through the stages, each stage after those it waits for. Returns when each document
/// that `next` gave has been handed to `finished`: done, failed, held or cancelled (see `outcome`).
///
/// `ledger`, if given, is asked for the result of a stage before it is run.
///
/// A stage with a cap puts a document aside that it wants to ask about, unless its permission is decided: the
/// stages after it are not begun, and the document comes back cancelled.
///
/// Once `stop` is requested no document is taken and no stage is begun; answers that are on their way are
/// waited for. A stage whose predecessor failed stays pending. Throws what `next` or `finished` threw first,
/// after every document has been handed back.
void run_flow(std::span<const StageConfig> stages, Backend& backend, const FlowEnds& ends,
              const FlowOptions& options, const std::stop_token& stop, LedgerStages* ledger = nullptr);

}  // namespace docket
