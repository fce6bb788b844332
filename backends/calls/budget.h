#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "pipeline/backend.h"
#include "pipeline/pipeline.h"
#include "pipeline/price.h"

namespace docket::backends {

/// The pipeline's `budget`: what one run, and in it one document, may spend. One for all backends of a run;
/// any thread. Money is in nano-dollars.
///
/// A call reserves the most that it can cost before it is sent, and gives back what it did not need: limits
/// hold at any moment, whatever is in flight. Where an answer costs more all the same, every call is from
/// then on expected to cost as much as the dearest so far: the limit is exceeded by what was in flight at
/// most.
class Budget {
 public:
  struct Limits {
    std::optional<std::int64_t> run, document;
  };
  explicit Budget(Limits limits) : limits_(limits) {}

  /// `then` is called once, now or when others have given back enough: with nothing, and `most` is reserved;
  /// or with the Error (class `withheld`), since the rest is too little.
  void reserve(const std::string& document, std::int64_t most,
               std::function<void(std::optional<Error>)> then);
  /// Ends a reservation of `most`; the call has cost `spent`.
  void settle(const std::string& document, std::int64_t most, std::int64_t spent);

 private:
  struct Account {
    std::int64_t spent = 0, reserved = 0;
    std::int64_t calls = 0;    ///< In flight.
    std::int64_t dearest = 0;  ///< Answer so far.
    bool is_trusted = true;    ///< No answer has cost more than its call had reserved.

    /// What `most` more would make of it; in flight: with what is reserved.
    std::int64_t with(std::int64_t most) const;
    std::int64_t in_flight_with(std::int64_t most) const;
    void settle(std::int64_t most, std::int64_t cost);
  };
  struct Waiting {
    std::string document;
    std::int64_t most = 0;
    std::function<void(std::optional<Error>)> then;
  };
  Account account(const std::string& document) const;
  std::optional<Error> refuse(const std::string& document, std::int64_t most) const;
  bool fits(const std::string& document, std::int64_t most) const;
  void take(const std::string& document, std::int64_t most);

  const Limits limits_;
  mutable std::mutex mutex_;  // Guards all that follows.
  Account run_;
  std::map<std::string, Account> documents_;  ///< Kept only where a document has a limit.
  std::deque<Waiting> waiting_;               ///< In the order in which they came.
};

/// None: the pipeline has no budget.
std::unique_ptr<Budget> budget_of(const Pipeline& pipeline);

/// The most that a prompt is expected to cost: two bytes of text a token, which is twice as many tokens as
/// text usually has, and an answer as long as it may be, with `thinking` tokens before it.
std::int64_t most_cost(const Prompt& prompt, const Price& price, std::int64_t thinking);

/// Asks `inner` only for what the budget has room for.
std::unique_ptr<Backend> make_budgeted(std::unique_ptr<Backend> inner, Budget& budget, const Price& price,
                                       std::int64_t thinking);

}  // namespace docket::backends
