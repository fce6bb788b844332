#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"
#include "pipeline/usage.h"

namespace docket {

class LedgerDatabase;

/// What the calls of a group have taken, attempts that failed included.
struct CallHistory {
  enum class Of { stage_and_model, model, stage, all };
  Of of = Of::all;  ///< What the calls have in common with the one that is asked about.
  std::int64_t calls = 0;
  std::int64_t answers = 0;  ///< Of these, calls with a valid answer.
  std::int64_t prompt_bytes = 0;
  Usage used;
  // Of one call with an answer:
  double least_tokens_per_byte = 0, most_tokens_per_byte = 0;
  std::int64_t least_output = 0;

  void add(const CallHistory& other);
};

/// How one document went in earlier runs.
struct DocumentHistory {
  std::set<std::string> reached;                        ///< Stages that ran or were skipped.
  std::set<std::string> ran;                            ///< Stages.
  std::map<std::string, std::string> labels;            ///< By stage.
  std::set<std::pair<std::string, std::string>> asked;  ///< Stage and backend.
  bool has_asked(const std::string& stage) const;
};

/// A share of earlier documents, and how many they are.
struct HistoryShare {
  double share = 0;
  std::int64_t documents = 0;
};

/// What earlier runs tell of the next: from the last documents and all calls of a ledger.
class PlanHistory {
 public:
  PlanHistory() = default;  ///< Nothing is known.
  static Result<PlanHistory> read(LedgerDatabase& ledger);

  /// Calls of the stage to the backend's model; where there are too few answers, of any stage to the model;
  /// then all. None: there are too few of these too.
  std::optional<CallHistory> for_prompts(const std::string& stage, const BackendConfig& backend) const;
  /// Likewise, but of the stage to any model in the second place, and nothing after that.
  std::optional<CallHistory> for_answers(const std::string& stage, const BackendConfig& backend) const;

  /// Of the documents that reached the stage: how many ran it. Documents with these labels that asked models
  /// in these stages count; where there are too few, those with the labels; then all.
  std::optional<HistoryShare> share_run(const std::string& stage,
                                        const std::map<std::string, std::string>& labels,
                                        const std::set<std::string>& asking_stages) const;
  /// Of the documents that asked the first backend in the stage: how many asked the other one too.
  std::optional<HistoryShare> share_asked(const std::string& stage, const std::string& first,
                                          const std::string& other) const;

  struct CallGroup {
    std::string stage, backend, model;
    CallHistory history;
  };

 private:
  std::optional<CallHistory> sum_of(CallHistory::Of of,
                                    const std::function<bool(const CallGroup&)>& fits) const;

  std::vector<CallGroup> calls_;
  std::vector<DocumentHistory> documents_;
};

}  // namespace docket
