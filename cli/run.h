#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/backends.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "pipeline/ledger/up_to_date.h"

namespace docket {

struct RunOptions {
  PipelineOptions pipeline;
  std::vector<std::string> inputs;
  bool null_separated = false;
  bool input_complete = false;  ///< `inputs` is all there is: what it does not name is missing.
  RebuildOptions rebuild;
  bool dry_run = false;
  bool wait = false;        ///< For another run that holds the output.
  bool keep_mtime = false;  ///< Files whose content would stay the same are left alone.
  std::string depfile;
  int jobs = 0;                 ///< 0: one per processor.
  int in_flight = 0;            ///< 0: 16 per job.
  std::int64_t keep_going = 0;  ///< Failures after which the run stops; 0: no limit.
  std::int64_t limit = 0;       ///< Documents to take; 0: all.
  std::vector<std::string> only;
  std::string until;
  std::string output_dir;
  std::string report_file;
  bool offline = false;   ///< Nothing leaves this machine.
  std::string trace_dir;  ///< Empty: none.
  std::chrono::milliseconds grace{30'000};
  Progress::Mode progress = Progress::Mode::automatic;
  bool quiet = false;
  bool verbose = false;

  bool always_make() const { return rebuild.which == RebuildOptions::Which::everything; }
  /// True if what the run lists is the whole input.
  bool whole_input() const { return (inputs.empty() || input_complete) && only.empty(); }
};

/// Makes what answers a run's requests.
using MakeBackend = std::function<Result<std::unique_ptr<Backend>>(const Pipeline& pipeline,
                                                                   const backends::Options& options)>;

/// Asks the servers which models they have: see backends::find_models.
using FindModels =
    std::function<ModelDigests(const Pipeline& pipeline, bool offline, const std::stop_token& stop)>;

/// Runs the pipeline; returns the exit code.
int run_command(const RunOptions& options, const MakeBackend& make_backend = backends::make,
                const FindModels& find_models = backends::find_models);

/// Says on standard output what a run would do and why; changes nothing and asks no model.
int plan_command(const RunOptions& options);

/// What the two have in common. Complains and returns nothing on a wrong pipeline or command line.
std::optional<Pipeline> load_pipeline_for_run(const RunOptions& options);

}  // namespace docket
