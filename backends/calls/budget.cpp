#include "backends/calls/budget.h"

#include <algorithm>
#include <utility>

#include "pipeline/support/iso_8601.h"
#include "pipeline/support/money.h"

namespace docket::backends {

bool Budget::Account::could_hold(std::int64_t most) const { return money_sum(spent, most) <= limit; }

bool Budget::Account::holds(std::int64_t most) const {
  return money_sum(money_sum(spent, reserved), most) <= limit;
}

Budget::Budget(const Limits& limits, Before before, std::function<std::string()> today)
    : document_limit_(limits.document), today_(std::move(today)), day_is_(today_()) {
  if (limits.run) run_ = Account{*limits.run};
  if (limits.day) day_ = Account{*limits.day, before.day};
  if (limits.month) month_ = Account{*limits.month, before.month};
  for (const auto& [stage, limit] : limits.stages)
    stages_[stage] = Account{limit};
}

/// What is in flight at midnight may be charged on either day, so it stays reserved in the new one. A clock
/// that is set back begins no day.
void Budget::begin_day() {
  const std::string today = today_();
  if (today <= day_is_) return;
  const bool is_same_month = month_of(today) == month_of(day_is_);
  if (day_) day_->spent = 0;
  if (month_ && !is_same_month) month_->spent = 0;
  day_is_ = today;
}

/// What lasts longest stands first: the next run need not try again before it has passed.
std::vector<Budget::Owned> Budget::accounts_of(const Caller& caller) {
  std::vector<Owned> accounts;
  if (month_) accounts.push_back({"month", &*month_});
  if (day_) accounts.push_back({"day", &*day_});
  if (run_) accounts.push_back({"run", &*run_});
  if (const auto stage = stages_.find(caller.stage); stage != stages_.end())
    accounts.push_back({"stage", &stage->second});
  if (document_limit_ && !caller.document.empty())  // A warm-up is no document's.
    accounts.push_back(
        {"document", &documents_.try_emplace(caller.document, Account{*document_limit_}).first->second});
  return accounts;
}

std::optional<Error> Budget::refuse(const Caller& caller, std::int64_t most) {
  for (const auto& [owner, account] : accounts_of(caller))
    if (!account->could_hold(most))
      return Error{ErrorClass::withheld, std::string("budget: the ") + owner + "'s limit is reached",
                   format_money(account->spent) + " of " + format_money(account->limit) +
                       " are spent, and a call can cost up to " + format_money(most)};
  return std::nullopt;
}

/// False: others have to give something back first.
bool Budget::take(const Caller& caller, std::int64_t most) {
  const std::vector<Owned> accounts = accounts_of(caller);
  if (!std::ranges::all_of(accounts, [&](const Owned& owned) { return owned.account->holds(most); }))
    return false;
  for (const Owned& owned : accounts)
    owned.account->reserved += most;
  return true;
}

void Budget::reserve(const Caller& caller, std::int64_t most,
                     std::function<void(std::optional<Error>)> then) {
  std::optional<Error> refused;
  {
    const std::lock_guard lock(mutex_);
    begin_day();
    refused = refuse(caller, most);
    if (!refused && !take(caller, most)) {
      waiting_.push_back({caller, most, std::move(then)});
      return;
    }
  }
  then(std::move(refused));
}

void Budget::settle(const Caller& caller, std::int64_t most, std::int64_t spent) {
  std::vector<std::function<void()>> ready;
  {
    const std::lock_guard lock(mutex_);
    begin_day();
    for (const Owned& owned : accounts_of(caller)) {
      owned.account->reserved -= most;
      owned.account->spent = money_sum(owned.account->spent, spent);
    }
    std::erase_if(waiting_, [&](Waiting& one) {
      std::optional<Error> refused = refuse(one.caller, one.most);
      if (!refused && !take(one.caller, one.most)) return false;
      ready.push_back([then = std::move(one.then), refused = std::move(refused)] { then(refused); });
      return true;
    });
  }
  for (const auto& one : ready)
    one();
}

void Budget::document_ended(const std::string& document) {
  const std::lock_guard lock(mutex_);
  documents_.erase(document);
}

Result<std::unique_ptr<Budget>> budget_of(const Budget::Limits& limits, AnswerStore* store) {
  if (!limits.any()) return std::unique_ptr<Budget>();
  const Result<SpentBefore> before = store != nullptr ? spent_before(*store) : SpentBefore();
  if (!before) return before.error();
  return std::make_unique<Budget>(limits, *before, [] { return std::string(day_of(utc_now())); });
}

}  // namespace docket::backends
