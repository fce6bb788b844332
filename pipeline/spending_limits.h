#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/answer_store.h"
#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"

namespace docket {

/// What may be spent, in nano-dollars (1e-9 USD): by one run, and in it by one stage and by one document; by
/// all runs of an output in a day and in a month (UTC). None: as much as is asked for.
struct SpendingLimits {
  std::optional<std::int64_t> run = {}, document = {}, day = {}, month = {};
  std::map<std::string, std::int64_t, std::less<>> stages = {};  ///< By id.
  bool any() const { return run || document || day || month || !stages.empty(); }
};

/// Those of the pipeline; `max_cost` holds for the run, too.
SpendingLimits limits_of(const Pipeline& pipeline, std::optional<std::int64_t> max_cost);

/// What earlier runs count against the limits of a day and of a month, in nano-dollars.
struct SpentBefore {
  std::int64_t day = 0, month = 0;
};

/// Up to now, as `store` knows it. The Error is its own.
Result<SpentBefore> spent_before(AnswerStore& store);

/// What of them a run may still spend that begins after that.
SpendingLimits left_of(SpendingLimits limits, const SpentBefore& before);

/// The day of a time, and its month: `2026-11-26` and `2026-11` of any that begins so.
std::string_view day_of(std::string_view time);
std::string_view month_of(std::string_view time);

}  // namespace docket
