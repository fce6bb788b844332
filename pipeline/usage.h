#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace docket {

/// What calls consumed. Only adds up. Integers, so that sums are exact and the same in any order.
struct Usage {
  std::int64_t calls = 0;                   ///< Requests, failed ones too. The rules tier makes none.
  std::int64_t input_tokens = 0;            ///< All prompt tokens, cached ones included.
  std::int64_t cached_input_tokens = 0;     ///< Of these, read from the server's cache.
  std::int64_t cache_write_tokens = 0;      ///< Of these, written to the server's cache.
  std::int64_t cache_write_1h_tokens = 0;   ///< Of those, to be kept for an hour, which costs more.
  std::int64_t output_tokens = 0;           ///< All generated tokens, reasoning included.
  std::int64_t reasoning_tokens = 0;        ///< Of these, spent on thinking.
  std::int64_t nano_dollars = 0;            ///< 1e-9 USD, of the calls whose price is known.
  std::int64_t unpriced_calls = 0;          ///< Calls whose price is not known: then the cost is null, not 0.
  std::int64_t uncertain_nano_dollars = 0;  ///< The most that these may have cost, as far as that is known.
  std::int64_t sent_bytes = 0;  ///< Of questions that left this machine; of what a local model is asked none.
  std::int64_t machine_us = 0;  ///< Microseconds: the calls' share of the time that servers were at work.

  Usage& operator+=(const Usage& other);
  friend bool operator==(const Usage&, const Usage&) = default;
};

/// A member of Usage: sums, records, reports and the ledger take names and values from `usage_members`.
struct UsageMember {
  enum class Kind {
    calls,   ///< Requests; the ledger's column is `requests`.
    amount,  ///< A number of its own in records and reports, and a column of the ledger's `calls`.
    ledger,  ///< A column of the ledger's `calls`; records and reports leave it out.
    cost,  ///< Records, reports and `calls` show these together: `cost_usd`, null where a price is not known.
  };
  const char* name;
  std::int64_t Usage::*value;
  Kind kind;
};

/// In the order of records and reports. A new member needs its line here and no other code: older ledgers get
/// the column, filled with 0, when a run opens them.
inline constexpr UsageMember usage_members[] = {
    {"calls", &Usage::calls, UsageMember::Kind::calls},
    {"input_tokens", &Usage::input_tokens, UsageMember::Kind::amount},
    {"cached_input_tokens", &Usage::cached_input_tokens, UsageMember::Kind::amount},
    {"cache_write_tokens", &Usage::cache_write_tokens, UsageMember::Kind::amount},
    {"cache_write_1h_tokens", &Usage::cache_write_1h_tokens, UsageMember::Kind::amount},
    {"output_tokens", &Usage::output_tokens, UsageMember::Kind::amount},
    {"reasoning_tokens", &Usage::reasoning_tokens, UsageMember::Kind::amount},
    {"sent_bytes", &Usage::sent_bytes, UsageMember::Kind::ledger},
    {"machine_us", &Usage::machine_us, UsageMember::Kind::ledger},
    {"nano_dollars", &Usage::nano_dollars, UsageMember::Kind::cost},
    {"unpriced_calls", &Usage::unpriced_calls, UsageMember::Kind::cost},
    {"uncertain_nano_dollars", &Usage::uncertain_nano_dollars, UsageMember::Kind::cost},
};

/// What a model of a backend was used for.
struct ModelUsage {
  std::string backend;  ///< Its name in the pipeline.
  std::string model;
  Usage usage;
};

/// What was used, one entry for each backend and model.
class Spending {
 public:
  void add(const ModelUsage& used);
  Spending& operator+=(const Spending& other);
  const std::vector<ModelUsage>& by_model() const { return by_model_; }
  Usage total() const;

 private:
  std::vector<ModelUsage> by_model_;  ///< In order of first use; a handful.
};

}  // namespace docket
