#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/progress.h"

namespace docket {

struct RunOptions {
  PipelineOptions pipeline;
  std::vector<std::string> inputs;
  bool null_separated = false;
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
};

/// Runs the pipeline; returns the exit code.
int run_command(const RunOptions& options);

}  // namespace docket
