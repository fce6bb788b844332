#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/ledger_rows.h"
#include "pipeline/pipeline.h"
#include "pipeline/price.h"

namespace docket {

/// What servers saved by keeping what they had computed for the beginning of a prompt: what the calls would
/// have cost with all of their input at its full price, less what they did cost. Negative where writing to
/// the cache cost more than reading from it saved.
class PrefixReuse {
 public:
  explicit PrefixReuse(const Pipeline& pipeline);
  void add(const LedgerCall& call);
  /// `cost_usd` is null where the price of a call is not known.
  nlohmann::ordered_json to_json() const;

 private:
  std::map<std::string, std::optional<Price>> prices_;  ///< By backend.
  std::int64_t tokens_ = 0, nano_dollars_ = 0, unpriced_calls_ = 0;
};

}  // namespace docket
