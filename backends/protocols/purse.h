#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "pipeline/backend.h"

namespace docket::backends {

/// What the calls of a run are paid from. Money is in nano-dollars (1e-9 USD). Any thread.
class Purse {
 public:
  virtual ~Purse() = default;
  /// Keeps `most` for a call. `then` is called once, now or when other calls have given back enough: with
  /// nothing, and the call may be made; or with the Error (class `withheld`), and nothing is kept.
  virtual void reserve(const Caller& caller, std::int64_t most,
                       std::function<void(std::optional<Error>)> then) = 0;
  /// Gives back what was kept for a call, which has cost `spent`.
  virtual void settle(const Caller& caller, std::int64_t most, std::int64_t spent) = 0;
};

}  // namespace docket::backends
