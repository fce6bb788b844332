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

/// Tokens of answered calls by the bytes of their prompts: sums over the calls.
struct TokenTrend {
  double calls = 0, bytes = 0, tokens = 0;
  double bytes_squared = 0, bytes_by_tokens = 0, tokens_squared = 0;

  void add(const TokenTrend& other);
  /// Expected for a prompt of so many bytes, when there are calls: on the line through their mean that fits
  /// them best, or on that of the usual slope (tokens per byte) where they do not show another.
  double at(double prompt_bytes, double usual_slope) const;
};

/// What the calls of a group have taken, attempts that failed included.
struct CallHistory {
  enum class Of { stage_and_model, model, stage, all };
  Of of = Of::all;  ///< What the calls have in common with the one that is asked about.
  std::int64_t calls = 0;
  std::int64_t answers = 0;  ///< Of these, calls with a valid answer.
  std::int64_t prompt_bytes = 0;
  Usage used;
  TokenTrend input, output;
  TokenTrend time;  ///< Of the server's machine, microseconds in place of tokens: of calls that tell it.
  std::int64_t batch_input_tokens = 0;  ///< That were served for the price of a batch.
  // Of one call with an answer:
  double least_tokens_per_byte = 0, most_tokens_per_byte = 0;
  std::int64_t least_output = 0, most_output = 0;
  std::int64_t least_machine_us = 0;

  void add(const CallHistory& other);
};

/// How one document went in earlier runs.
struct DocumentHistory {
  std::string path;
  std::int64_t prompt_bytes = 0;                        ///< The most in one call; 0: there was none.
  std::set<std::string> reached;                        ///< Stages that ran or were skipped.
  std::set<std::string> ran;                            ///< Stages.
  std::map<std::string, std::string> labels;            ///< By stage.
  std::set<std::pair<std::string, std::string>> asked;  ///< Stage and backend.
  bool has_asked(const std::string& stage) const;
};

/// What is known of a document that is asked about.
struct PlannedDocument {
  std::string path;
  std::map<std::string, std::string> labels;  ///< By stage: those that no model can change.
  std::int64_t prompt_bytes = 0;              ///< The most in one call.
  /// Neither its content nor what the pipeline says has changed since it was worked on.
  bool is_as_before = false;
};

/// How likely a document does something, and how many earlier documents tell it.
struct HistoryShare {
  double share = 0;
  std::int64_t documents = 0;
  bool is_own = false;  ///< The document itself went so.
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

  /// How likely the document runs the stage, when it reaches it. As it went before; else as those that
  /// reached the stage, have its labels and asked models in these stages; where there are too few, as those
  /// with its labels; then as all, however few. Long ones are told from short ones where these show a
  /// difference.
  std::optional<HistoryShare> share_run(const std::string& stage, const PlannedDocument& document,
                                        const std::set<std::string>& asking_stages) const;
  /// Likewise, when it asks the first backend in the stage: whether it asks the other one too.
  std::optional<HistoryShare> share_asked(const std::string& stage, const std::string& first,
                                          const std::string& other, const PlannedDocument& document) const;

  static constexpr std::int64_t enough_documents = 5;  ///< To say how likely it is.

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
