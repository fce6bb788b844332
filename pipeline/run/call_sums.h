#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>

#include "pipeline/ledger_rows.h"
#include "pipeline/usage.h"

namespace docket {

/// What rows of the ledger's calls come to. Integers, so that sums are the same in any order, and those of
/// the report are those of calls.jsonl.
class CallSums {
 public:
  void add(const LedgerCall& call);

  /// Adds its members to an object of the report: docs/report.schema.json.
  void add_to(nlohmann::ordered_json& object) const;
  const Usage& usage() const { return usage_; }
  const Usage& known() const { return known_; }  ///< What answers that were known had cost in their time.
  std::int64_t known_answers() const { return known_answers_; }

 private:
  std::int64_t calls_ = 0, retries_ = 0, known_answers_ = 0;
  std::int64_t queued_ms_ = 0, paused_ms_ = 0, wire_ms_ = 0;
  Usage usage_, known_;
  /// How many answers took how many milliseconds: percentiles are exact, and a million calls are few numbers.
  std::map<std::int64_t, std::int64_t> latencies_;
};

}  // namespace docket
