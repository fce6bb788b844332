#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/json/condition_set.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/pipeline.h"

namespace docket {

/// Which records are wanted; what is empty chooses nothing.
struct RecordFilter {
  std::vector<std::string> labels;  ///< One of them is the label of a stage.
  /// done, failed, held; unsure: done with an answer not accepted; parked: failed, and not tried again
  std::string state;
  std::string where;           ///< A jq condition over the record.
  bool accepted_only = false;  ///< Labels count only where they are accepted.
};

/// Chooses records by what they are before anything in them is left out.
class RecordChoice {
 public:
  /// The Error says what is wrong with the filter: a label or a member of records that nothing has, no jq.
  static Result<RecordChoice> make(const RecordFilter& filter, const Pipeline& pipeline,
                                   LedgerReader& ledger);

  /// What the condition reads or compares that it probably does not mean.
  const std::vector<std::string>& warnings() const { return warnings_; }

  using Take = std::function<void(const std::string& record)>;
  /// Calls `take` for the wanted ones of the ledger, in their order. A record of which the condition cannot
  /// be evaluated is not wanted, and told.
  std::optional<Error> for_each(LedgerReader& ledger, const Take& take,
                                const std::function<void(const std::string& problem)>& tell) const;

 private:
  explicit RecordChoice(RecordFilter filter) : filter_(std::move(filter)) {}
  bool fits(std::string_view path, std::string_view record) const;

  RecordFilter filter_;
  /// Of the documents in a state that no record tells of itself.
  std::optional<std::set<std::string, std::less<>>> paths_;
  std::shared_ptr<ConditionSet> conditions_;  ///< Null: no `where`.
  std::vector<std::string> warnings_;
};

}  // namespace docket
