#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/document.h"
#include "pipeline/ledger/acknowledgement.h"
#include "pipeline/pipeline.h"
#include "pipeline/record.h"
#include "pipeline/run/all_cloud.h"
#include "pipeline/run/call_sums.h"
#include "pipeline/run/invalid_answers.h"
#include "pipeline/run/prefix_reuse.h"
#include "pipeline/warm_up.h"

namespace docket {

/// What happened in a run, added up document by document. Sums are integers, so they are the same in any
/// order. Not for two threads at once.
class Report {
 public:
  explicit Report(const Pipeline& pipeline);
  ~Report();

  void add(const Document& document);
  /// A row of the run's calls: all rows of a document follow one another. Sums of calls are made of these
  /// alone, so that they are those of calls.jsonl.
  void add_call(const CallOfRun& call);
  /// What was done and spent for a document that was put aside; how it ends is added when it has ended.
  void add_work(const Document& document);
  /// A document that an earlier run has ended so, and that needed nothing. `standing`: of one that is held.
  void add_up_to_date(Outcome outcome, Standing standing);
  /// What so many documents that were up to date say of their answers: see `verdicts_of`.
  void add_verdicts(const nlohmann::json& verdicts, std::int64_t documents);
  /// A document that is not tried again: it counts as failed. `number`: its position in the input.
  void add_parked(std::size_t number, const LedgerDocument& document);
  /// Of the input, which was listed as far as it could be. All are counted, the first are named.
  void add_input_problem(const std::string& problem);
  void set_left_out(std::int64_t count) { left_out_ = count; }
  /// Documents that earlier runs have records of and the input no longer names.
  void set_missing(std::vector<std::string> paths) { missing_ = std::move(paths); }

  /// All that the input named.
  std::int64_t documents() const;
  std::int64_t documents(Outcome outcome) const { return outcomes_[static_cast<std::size_t>(outcome)]; }
  std::int64_t up_to_date(Outcome outcome) const { return up_to_date_[static_cast<std::size_t>(outcome)]; }
  /// Documents that failed or are held, those too that were up to date.
  std::int64_t standing(Outcome outcome, Standing standing) const {
    return standings_[static_cast<std::size_t>(outcome)][static_cast<std::size_t>(standing)];
  }
  std::int64_t input_problems() const { return input_problem_count_; }
  const std::vector<std::string>& missing() const { return missing_; }
  /// Documents that are done though an answer in their record is not accepted, up-to-date ones too.
  std::int64_t unsure() const;
  /// True if a document failed because a backend that it needs cannot be used.
  bool backend_unavailable() const { return errors_.contains(ErrorClass::unavailable); }

  /// What only the caller knows of the run.
  struct Run {
    std::string id;
    std::string started, finished;  ///< ISO 8601, UTC.
    std::int64_t wall_ms = 0;
    int exit_code = 0;
    std::string stopped;  ///< Why the run ended early; empty: it did not.
    int jobs = 0;
    std::vector<std::string> warnings;  ///< What this machine lacks.
    std::vector<WarmUp> warm_ups;
  };
  /// The report as it is written for the user: docs/report.schema.json.
  nlohmann::ordered_json to_json(const Run& run) const;

 private:
  struct StageSums;  ///< What is counted for each stage.
  using Models = std::map<std::pair<std::string, std::string>, CallSums>;  ///< By backend and model.
  /// Documents with the same problem: all are counted. The new ones are named first, then those with the
  /// lowest numbers.
  struct Group {
    struct Named {
      std::string path, stage, message, detail;
      std::vector<std::string> reasons;
      Standing standing = Standing::fresh;
      std::string acknowledged, ack_reason;  ///< When and why, where `standing` says so.
      void add_standing(nlohmann::ordered_json& document) const;
    };
    std::int64_t count = 0;
    std::map<std::pair<Standing, std::size_t>, Named> documents;
    void add(std::size_t number, Named named);
  };

  void add_answers(const Document& document);
  void add_file(const Document& document);
  nlohmann::ordered_json stages_json() const;
  nlohmann::ordered_json attention_json() const;
  nlohmann::ordered_json doubtful_json() const;
  nlohmann::ordered_json files_json() const;
  nlohmann::ordered_json tiers_json() const;
  nlohmann::ordered_json escalations_json() const;
  nlohmann::ordered_json saved_json() const;
  void add_egress(const LedgerCall& call);
  nlohmann::ordered_json egress_json() const;

  const Pipeline& pipeline_;
  std::array<std::int64_t, 4> outcomes_ = {};    ///< By Outcome.
  std::array<std::int64_t, 4> up_to_date_ = {};  ///< By the Outcome of the run that did the work.
  std::array<std::array<std::int64_t, 3>, 4> standings_ = {};  ///< By Outcome and Standing.
  std::vector<std::string> input_problems_;
  std::int64_t input_problem_count_ = 0, left_out_ = 0;
  std::vector<std::string> missing_;
  std::vector<StageSums> stages_;
  /// By media type and how reading ended: `done`, `partial`, or the class of the error.
  std::map<std::string, std::map<std::string, std::int64_t>> files_;
  std::map<ErrorClass, Group> errors_;
  std::map<std::string, Group> held_;  ///< By why.
  struct Doubtful {
    std::int64_t count = 0;
    std::map<std::size_t, std::string> paths;  ///< By number: the first ones that were worked on.
  };
  std::map<std::string, Doubtful> doubtful_;  ///< By why: see `doubts_of`.
  std::int64_t escalated_ = 0;
  CallSums calls_;
  Models models_;
  std::map<std::string, CallSums> backends_;
  InvalidAnswers invalid_answers_;
  std::map<std::optional<std::string>, CallSums> labels_;
  PrefixReuse prefix_;
  AllCloud all_cloud_;
  Usage reused_results_;  ///< What stored results of stages had cost in their time.
  struct Egress {
    std::int64_t calls = 0, bytes = 0, documents = 0;
    std::string document;                            ///< The last one that is counted.
    std::map<std::string, std::int64_t> redactions;  ///< By kind.
  };
  Egress egress_;
};

}  // namespace docket
