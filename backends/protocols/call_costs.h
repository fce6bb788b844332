#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "backends/protocols/purse.h"
#include "pipeline/backend.h"
#include "pipeline/location.h"
#include "pipeline/price.h"
#include "pipeline/usage.h"

namespace docket::backends {

/// What the calls to one server cost, and what is kept for them of what the run may spend. Money is in
/// nano-dollars (1e-9 USD). Any thread.
class CallCosts {
 public:
  using Tell = std::function<void(const std::string&)>;

  /// `purse` (null: there is no limit) outlives it. `warn` is told, once, that an answer cost more than its
  /// question allowed; `unclear_cost`, each time, why nobody knows what an answer cost. Either may be empty.
  CallCosts(std::optional<Price> price, Location location, Purse* purse, Tell warn, Tell unclear_cost);

  /// Not: the server is the user's own, and has no price.
  bool any() const { return price_ || location_ == Location::cloud; }
  bool has_price() const { return price_.has_value(); }
  /// The most that a call can cost whose request has so many bytes: no token is shorter than one.
  std::int64_t most(std::size_t request_bytes, std::int64_t output_tokens,
                    std::chrono::milliseconds time) const;

  /// What is kept for a call.
  struct Kept {
    std::int64_t most = 0;    ///< By its question.
    std::int64_t amount = 0;  ///< More than that, if answers have cost more than their questions allowed.
  };
  /// Keeps what a call can cost, by all that is learnt while it waits for that. `then` is called once; what
  /// it holds keeps this object alive. With the Error of the purse nothing is kept.
  void reserve(const Caller& caller, std::int64_t most, std::function<void(Result<Kept>)> then);
  /// Of a call that was not made after all.
  void give_back(const Caller& caller, const Kept& kept);
  /// Adds to the usage of a call what it may have cost beyond what is known, and gives back what was kept for
  /// it beyond all that.
  void settle(Usage& usage, const Caller& caller, const Kept& kept);

  enum class Outcome {
    not_answered,  ///< It is not to be paid.
    may_be_answered
  };
  /// Of a call that brought no usage.
  Usage unreported(Outcome outcome, std::chrono::nanoseconds machine_time) const;
  /// Gives the usage that a reply reports its price.
  void set_price(Usage& usage, const Billing& billing, std::chrono::nanoseconds machine_time) const;

 private:
  std::int64_t with_overrun(std::int64_t most);
  void note_overrun(std::int64_t cost, std::int64_t most);
  std::int64_t time_cost(std::chrono::nanoseconds machine_time) const;
  bool is_clear(const Usage& usage, const Billing& billing) const;

  const std::optional<Price> price_;
  const Location location_;
  Purse* const purse_;
  const Tell warn_, unclear_cost_;
  std::mutex mutex_;
  std::int64_t overrun_ = 0;  ///< By how much an answer exceeded what it could cost. Guarded by mutex_.
};

}  // namespace docket::backends
