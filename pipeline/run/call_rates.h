#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/plan_history.h"
#include "pipeline/pipeline.h"
#include "pipeline/price.h"
#include "pipeline/run/range.h"
#include "pipeline/run/rehearsal.h"
#include "pipeline/usage.h"

namespace docket {

/// On what a part of an estimate rests, for people.
struct Basis {
  std::string what;         ///< `tokens per byte`
  std::string from;         ///< `40 calls of this stage to this model`
  bool is_assumed = false;  ///< No earlier run tells.
};

/// Of one call: what it takes in each case.
struct EstimatedCall {
  std::array<Usage, std::size(all_cases)> used;  ///< One attempt.
  Range tries;
  std::optional<Range> nano_dollars;  ///< One attempt. None: not known.
  double reserved = 0;                ///< Nano-dollars that have to be free before an attempt.

  Usage& operator[](Case which) { return used[static_cast<std::size_t>(which)]; }
};

/// What the calls of one stage to one of its backends take, as far as earlier ones tell; else as is assumed.
class CallRates {
 public:
  CallRates(const PlanHistory& history, const std::string& stage, const BackendConfig& backend);

  EstimatedCall call(const RehearsedCall& rehearsed) const;
  /// Not: it costs nothing, or nobody knows what: the price, or how long the machine that has one is at work.
  bool has_price() const { return price_ && (price_->per_hour == 0 || timed() != nullptr); }
  bool knows_cost() const { return has_price() || is_free_; }
  std::vector<Basis> basis() const;

 private:
  Usage least(const RehearsedCall& rehearsed) const;
  Usage expected(const RehearsedCall& rehearsed) const;
  Usage most(const RehearsedCall& rehearsed) const;
  double high_tries() const;
  const CallHistory* timed() const;
  std::chrono::nanoseconds expected_time(const RehearsedCall& rehearsed) const;
  double batch_share() const;
  std::optional<Range> money(const RehearsedCall& rehearsed, EstimatedCall& call) const;

  const std::optional<CallHistory> prompts_, answers_;
  const std::optional<Price> price_;
  const std::chrono::nanoseconds timeout_;  ///< Of a call, if its time has a price.
  const bool is_free_;                      ///< A model of one's own, of which the pipeline says no price.
};

}  // namespace docket
