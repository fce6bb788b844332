#pragma once
#include "cli/options/pipeline_options.h"
#include "pipeline/run/run_options.h"

namespace docket {

/// What `run` and `plan` have in common: which documents are to be worked on.
struct DocumentOptions {
  PipelineOptions pipeline;
  RunOptions run;
  bool verbose = false;  ///< A line for each document, and why each stage runs.
  void add_to(CLI::App& command);
};

}  // namespace docket
