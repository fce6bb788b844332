#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/answer_store.h"
#include "pipeline/document.h"
#include "pipeline/ledger/up_to_date.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/estimate.h"
#include "pipeline/run/run_options.h"
#include "pipeline/run/stage_decision.h"

namespace docket {

/// What all documents together would make of a run.
struct Forecast {
  struct Stage {
    std::string id;
    std::map<StageDecision::What, std::int64_t> counts;
    std::map<std::string, std::int64_t> why;     ///< Of those that run.
    std::map<std::string, std::int64_t> errors;  ///< Of those that fail.
  };
  std::int64_t documents = 0;               ///< To work on.
  std::map<std::string, std::int64_t> why;  ///< Of these.
  std::int64_t up_to_date = 0, parked = 0;
  std::int64_t input_problems = 0;
  std::vector<Stage> stages;
  /// What models would be asked; none: no stage names one, or nothing is to be done.
  std::optional<Estimate> estimate;
};

/// Is told of each document.
class DryRunListener {
 public:
  virtual ~DryRunListener() = default;
  virtual void input_problem(const std::string& /*problem*/) {}  ///< A run would end with exit code 1.
  virtual void left_out(const std::string& /*file*/) {}
  virtual void warned(const std::string& /*warning*/) {}
  /// A run would not work on the document.
  virtual void spared(const std::string& /*path*/, Rebuild::What /*why*/) {}
  /// A run would. `stages`: one per stage of the pipeline.
  virtual void looked_at(const Document& /*document*/, const std::vector<StageDecision>& /*stages*/,
                         const Pipeline& /*pipeline*/) {}
};

/// Makes a backend for a Rehearsal. What is told to `answers` is lost; `pipeline` and `answers` outlive it.
using MakeRehearsal = std::function<std::unique_ptr<Backend>(const Pipeline& pipeline, AnswerStore& answers,
                                                             const ModelDigests& models)>;

/// Says what `run_pipeline` would do with such options, and why. Changes nothing and asks no model.
/// `make_rehearsal`: for an estimate of what models would be asked; empty: there is none.
Result<Forecast> dry_run(Pipeline pipeline, const RunOptions& options, DryRunListener& listener,
                         const MakeRehearsal& make_rehearsal = {});

}  // namespace docket
