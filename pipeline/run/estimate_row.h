#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "pipeline/ledger/plan_history.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/call_rates.h"
#include "pipeline/run/estimate.h"
#include "pipeline/run/range.h"

namespace docket {

/// What one stage asks of one backend, summed up document by document.
class EstimateRow {
 public:
  /// All must outlive it.
  EstimateRow(const PlanHistory& history, const StageConfig& stage, const BackendConfig& backend);

  /// A call that a document makes with the probability `share`; `kept`: which part of its cost the document's
  /// limit leaves.
  void add(EstimatedCall& call, const Range& share, const Range& kept);
  /// A document that makes calls.
  void add_document(const Range& share, const Range& kept);
  void scale(Case which, double times);
  void scale(double times);
  /// A limit leaves a part of what it costs in each case, and holds the documents beyond that.
  void keep(const Range& kept);
  /// Nano-dollars that have to be free before any of its calls is made.
  double least_reserved() const { return least_reserved_; }

  /// How likely a document makes a call: what is known; documents that are missing to know enough are
  /// supposed to go as is assumed. Notes on what it rests.
  double share(const std::optional<HistoryShare>& known, double assumed, const char* assumption);

  const StageConfig& stage() const { return stage_; }
  const CallRates& rates() const { return rates_; }
  const CallEstimate& estimate() const { return estimate_; }
  /// The estimate with all that it rests on.
  CallEstimate take();

 private:
  /// Of the documents that a limit on cost leaves in part. Where calls are dear, it is reached with fewer of
  /// them; so the most documents come through where a call costs what is expected.
  double part(const Range& kept, Case which) const;
  void scale(Case which, double counted, double cost);

  const StageConfig& stage_;
  const CallRates rates_;
  CallEstimate estimate_;
  std::int64_t share_known_ = 0;  ///< Documents that the share was taken from, at most.
  std::int64_t own_known_ = 0;    ///< Times that a document itself told.
  std::set<std::string> assumptions_;
  double least_reserved_ = std::numeric_limits<double>::infinity();
};

/// How often the call is made.
double times(const EstimatedCall& call, const Range& share, Case which);

}  // namespace docket
