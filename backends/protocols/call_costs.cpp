#include "backends/protocols/call_costs.h"

#include <algorithm>
#include <utility>

#include "pipeline/prompt_size.h"
#include "pipeline/support/money.h"

namespace docket::backends {
namespace {

/// Stands for a price that nobody knows: it counts nothing, but is not made once a limit is reached.
constexpr std::int64_t unknown_cost = 1;

std::int64_t in_microseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace

CallCosts::CallCosts(std::optional<Price> price, Location location, Purse* purse, Tell warn,
                     Tell unclear_cost)
    : price_(std::move(price)),
      location_(location),
      purse_(purse),
      warn_(std::move(warn)),
      unclear_cost_(std::move(unclear_cost)) {}

std::int64_t CallCosts::most(std::size_t request_bytes, std::int64_t output_tokens,
                             std::chrono::milliseconds time) const {
  if (!price_) return any() ? unknown_cost : 0;
  return dearest_cost(*price_, most_prompt_tokens(static_cast<std::int64_t>(request_bytes)), output_tokens,
                      time);
}

void CallCosts::reserve(const Caller& caller, std::int64_t most, std::function<void(Result<Kept>)> then) {
  const Kept kept{most, with_overrun(most)};
  if (purse_ == nullptr || !any()) return then(kept);
  purse_->reserve(caller, kept.amount,
                  [this, caller, kept, then = std::move(then)](const std::optional<Error>& refused) {
                    if (refused) return then(*refused);
                    if (with_overrun(kept.most) == kept.amount) return then(kept);
                    give_back(caller, kept);
                    reserve(caller, kept.most, then);
                  });
}

void CallCosts::give_back(const Caller& caller, const Kept& kept) {
  if (purse_ != nullptr && any()) purse_->settle(caller, kept.amount, 0);
}

void CallCosts::settle(Usage& usage, const Caller& caller, const Kept& kept) {
  if (price_ && usage.unpriced_calls > 0)
    usage.uncertain_nano_dollars = std::max<std::int64_t>(kept.amount - usage.nano_dollars, 0);
  if (price_ && usage.nano_dollars > kept.most) note_overrun(usage.nano_dollars, kept.most);
  if (purse_ != nullptr && any())
    purse_->settle(caller, kept.amount, usage.nano_dollars + usage.uncertain_nano_dollars);
}

std::int64_t CallCosts::with_overrun(std::int64_t most) {
  const std::lock_guard lock(mutex_);
  return money_sum(most, overrun_);
}

void CallCosts::note_overrun(std::int64_t cost, std::int64_t most) {
  bool is_known = false;
  {
    const std::lock_guard lock(mutex_);
    is_known = overrun_ > 0;
    overrun_ = std::max(overrun_, cost - most);
  }
  if (is_known || purse_ == nullptr || !warn_) return;
  warn_("an answer cost " + format_money(cost) + ", and the question allowed " + format_money(most) +
        " at most: the server counts tokens that nobody asked for. Later calls "
        "are expected to cost so much more; those under way may exceed the budget");
}

Usage CallCosts::unreported(Outcome outcome, std::chrono::nanoseconds machine_time) const {
  const bool has_unknown_cost = price_ ? depends_on_tokens(*price_) : any();
  Usage usage;
  usage.calls = 1;
  usage.nano_dollars = time_cost(machine_time);
  usage.machine_us = in_microseconds(machine_time);
  usage.unpriced_calls = outcome == Outcome::may_be_answered && has_unknown_cost ? 1 : 0;
  return usage;
}

void CallCosts::set_price(Usage& usage, const Billing& billing, std::chrono::nanoseconds machine_time) const {
  usage.machine_us = in_microseconds(machine_time);
  if (!price_) {
    usage.unpriced_calls = any() ? usage.calls : 0;
  } else if (depends_on_tokens(*price_) && !is_clear(usage, billing)) {
    usage.unpriced_calls = usage.calls;
    usage.nano_dollars = time_cost(machine_time);
  } else {
    usage.unpriced_calls = 0;
    usage.nano_dollars = cost(usage, *price_, {billing.tier, machine_time});
  }
}

std::int64_t CallCosts::time_cost(std::chrono::nanoseconds machine_time) const {
  return price_ ? cost({}, *price_, {.machine_time = machine_time}) : 0;
}

bool CallCosts::is_clear(const Usage& usage, const Billing& billing) const {
  const bool lacks_batch = billing.tier == ServiceTier::batch && !price_->batch;
  if (usage.unpriced_calls == 0 && !lacks_batch) return true;
  const std::string why =
      !billing.unclear.empty() ? billing.unclear
      : lacks_batch ? "the server says that it serves it as `batch` or `flex`, and the price has no 'batch'"
                    : "";
  if (unclear_cost_ && !why.empty()) unclear_cost_("the cost of a call is unknown: " + why);
  return false;
}

}  // namespace docket::backends
