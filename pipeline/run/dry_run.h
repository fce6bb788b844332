#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "pipeline/document.h"
#include "pipeline/ledger/up_to_date.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/run_options.h"

namespace docket {

/// What a run would do with one stage of a document, as far as that can be told without running any.
struct StageForecast {
  enum class What {
    runs,     ///< `why` says why.
    kept,     ///< Its result is known.
    skipped,  ///< Its conditions are false.
    depends,  ///< On what a stage before it will find.
  };
  What what = What::depends;
  std::string why;
};

/// What all documents together would make of a run.
struct Forecast {
  struct Stage {
    std::string id;
    std::map<StageForecast::What, std::int64_t> counts;
    std::map<std::string, std::int64_t> why;  ///< Of those that run.
  };
  std::int64_t documents = 0;               ///< To work on.
  std::map<std::string, std::int64_t> why;  ///< Of these.
  std::int64_t up_to_date = 0, parked = 0;
  std::vector<Stage> stages;
};

/// Is told of each document.
class DryRunListener {
 public:
  virtual ~DryRunListener() = default;
  virtual void warned(const std::string& /*warning*/) {}
  /// A run would not work on the document.
  virtual void spared(const std::string& /*path*/, Rebuild::What /*why*/) {}
  /// A run would. `stages`: one per stage of the pipeline.
  virtual void looked_at(const Document& /*document*/, const std::vector<StageForecast>& /*stages*/,
                         const Pipeline& /*pipeline*/) {}
};

/// Says what `run_pipeline` would do with such options, and why. Changes nothing and asks no model.
Result<Forecast> dry_run(Pipeline pipeline, const RunOptions& options, DryRunListener& listener);

}  // namespace docket
