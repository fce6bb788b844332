#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/ledger/up_to_date.h"
#include "pipeline/pipeline.h"
#include "pipeline/support/path_patterns.h"

namespace docket {

/// What a run, real or dry, is told beside its pipeline.
struct RunOptions {
  std::vector<std::string> inputs;  ///< From the current folder; empty: the pipeline's own.
  bool null_separated = false;      ///< A list on standard input (the input `-`).
  bool input_complete = false;      ///< `inputs` is all there is: what it does not name is missing.
  std::vector<std::string> only;    ///< Patterns of documents to take; empty: all.
  std::int64_t limit = 0;           ///< Documents to take; 0: all.
  RebuildOptions rebuild;
  std::optional<std::int64_t> max_cost;  ///< Nano-dollars that the run may spend, whatever the budget allows.
  std::string until;                     ///< The last stage to run; empty: all run.
  bool wait = false;                     ///< For another run that holds the output.
  bool keep_mtime = false;               ///< Files whose content would stay the same are left alone.
  std::string depfile;                   ///< Rules for make, written at the end; empty: none.
  int jobs = 1;                          ///< CPU workers.
  int in_flight = 0;                     ///< Documents held in memory at once; 0: 16 per job.
  std::int64_t keep_going = 0;           ///< Failures after which the run stops; 0: no limit.

  /// No result of an earlier run is taken.
  bool always_make() const { return rebuild.which == RebuildOptions::Which::everything; }
  /// True if what the run lists is the whole input.
  bool whole_input() const { return (inputs.empty() || input_complete) && only.empty(); }
};

/// What `only` means: its patterns from the pipeline's folder on, and from the current one. Those that mean
/// nothing are left out.
std::vector<PathPatterns> patterns_of(const std::vector<std::string>& only, const Pipeline& pipeline);

/// Marks the stages that the options do not want (`left_out`). The Error (class `config`) says which option
/// does not fit the pipeline, `max_cost` also one that nobody could hold.
std::optional<Error> apply(const RunOptions& options, Pipeline& pipeline);

/// What people should know of the options with this pipeline, which its check has not said.
std::vector<std::string> warnings_of(const RunOptions& options, const Pipeline& pipeline);

}  // namespace docket
