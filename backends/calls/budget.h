#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/protocols/purse.h"
#include "pipeline/answer_store.h"
#include "pipeline/spending_limits.h"
#include "pipeline/support/result.h"

namespace docket::backends {

/// Sees to it that no more is spent than the limits allow. One for all backends of a run; any thread. Money
/// is in nano-dollars.
///
/// A call reserves the most that it can cost before it is sent, and gives back what it did not need. What is
/// spent and what is reserved together never exceed a limit, so that no limit is exceeded at any moment,
/// whatever is in flight, as long as no call costs more than it had reserved.
class Budget final : public Purse {
 public:
  using Limits = SpendingLimits;
  using Before = SpentBefore;  ///< When the run began.

  /// `today`: the day, `2026-11-26`; asked at each call, since a run may go on over midnight.
  Budget(const Limits& limits, Before before, std::function<std::string()> today);

  /// The Error says in its message which limit is reached, the same text for all calls, and in its detail
  /// with which amounts.
  void reserve(const Caller& caller, std::int64_t most,
               std::function<void(std::optional<Error>)> then) override;
  void settle(const Caller& caller, std::int64_t most, std::int64_t spent) override;
  /// Nothing is spent on it any more: what it has cost need not be known.
  void document_ended(const std::string& document);

 private:
  /// Of one limit.
  struct Account {
    std::int64_t limit = 0, spent = 0, reserved = 0;
    bool could_hold(std::int64_t most) const;  ///< Once all that is reserved is given back.
    bool holds(std::int64_t most) const;
  };
  struct Owned {
    const char* owner = "";  ///< In messages.
    Account* account = nullptr;
  };
  struct Waiting {
    Caller caller;
    std::int64_t most = 0;
    std::function<void(std::optional<Error>)> then;
  };
  void begin_day();
  std::vector<Owned> accounts_of(const Caller& caller);
  std::optional<Error> refuse(const Caller& caller, std::int64_t most);
  bool take(const Caller& caller, std::int64_t most);

  const std::optional<std::int64_t> document_limit_;
  const std::function<std::string()> today_;
  std::mutex mutex_;  // Guards all that follows.
  std::string day_is_;
  std::optional<Account> run_, day_, month_;
  std::map<std::string, Account, std::less<>> stages_;     ///< Those with a limit.
  std::map<std::string, Account, std::less<>> documents_;  ///< If documents have one; until they end.
  std::deque<Waiting> waiting_;                            ///< In the order in which they came.
};

/// With what earlier runs have spent, which `store` knows (null: nothing). None: there are no limits. The
/// Error is that of the store.
Result<std::unique_ptr<Budget>> budget_of(const Budget::Limits& limits, AnswerStore* store);

}  // namespace docket::backends
