#include "pipeline/spending_limits.h"

#include <algorithm>

#include "pipeline/support/iso_8601.h"

namespace docket {
namespace {

std::optional<std::int64_t> money(const Settings& group, std::string_view name) {
  return group.has(name) ? std::optional(group.decimal(name)) : std::nullopt;
}

}  // namespace

SpendingLimits limits_of(const Pipeline& pipeline, std::optional<std::int64_t> max_cost) {
  const Settings group = pipeline.settings.group("budget");
  SpendingLimits limits{.run = money(group, "run"),
                        .document = money(group, "document"),
                        .day = money(group, "day"),
                        .month = money(group, "month")};
  if (max_cost) limits.run = std::min(limits.run.value_or(*max_cost), *max_cost);
  for (const StageConfig& stage : pipeline.stages)
    if (stage.budget) limits.stages[stage.id] = *stage.budget;
  return limits;
}

Result<SpentBefore> spent_before(AnswerStore& store) {
  const std::string now = utc_now();
  const Result<std::int64_t> day = store.spent_since(day_of(now));
  if (!day) return day.error();
  const Result<std::int64_t> month = store.spent_since(month_of(now));
  if (!month) return month.error();
  return SpentBefore{*day, *month};
}

SpendingLimits left_of(SpendingLimits limits, const SpentBefore& before) {
  if (limits.day) limits.day = std::max<std::int64_t>(*limits.day - before.day, 0);
  if (limits.month) limits.month = std::max<std::int64_t>(*limits.month - before.month, 0);
  return limits;
}

std::string_view day_of(std::string_view time) {
  return time.substr(0, std::string_view("2026-11-26").size());
}

std::string_view month_of(std::string_view time) {
  return time.substr(0, std::string_view("2026-11").size());
}

}  // namespace docket
