#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "pipeline/ledger_rows.h"
#include "pipeline/support/result.h"

namespace docket {

/// Knows what models have answered, and takes a note of every attempt to ask one. All of it may be used by
/// any thread.
class AnswerStore {
 public:
  virtual ~AnswerStore() = default;
  virtual Result<std::optional<StoredAnswer>> answer(std::string_view request) = 0;
  /// Returns at once. The call, of which it is not known how it ends, is on disk before `committed` is
  /// called, once, by a thread of the store; with an Error it is not. Told again, or that it has ended, with
  /// the same LedgerCall::row, the store replaces what it was told before.
  virtual void call_begins(LedgerCall call, std::function<void(const std::optional<Error>&)> committed) = 0;
  /// Returns at once. With an answer both are on disk before `committed` is called, once, by a thread of the
  /// store: nothing may use a paid answer earlier. With an Error they are not.
  virtual void call_ended(LedgerCall call, std::optional<StoredAnswer> answer,
                          std::function<void(const std::optional<Error>&)> committed) = 0;
  /// What calls of earlier runs count against budgets, in nano-dollars: those that ended at `time` (ISO 8601,
  /// UTC, or the beginning of one, such as a day) or later, or began then and have not ended.
  virtual Result<std::int64_t> spent_since(std::string_view time) = 0;
};

}  // namespace docket
