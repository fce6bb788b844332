#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "backends/calls/probe.h"
#include "cli/exit_code.h"
#include "pipeline/config/diagnostics.h"
#include "pipeline/pipeline.h"
#include "pipeline/support/result.h"

namespace docket {

/// What `check` found out about one file.
struct Checked {
  std::string file;
  std::vector<Diagnostic> errors;
  std::optional<Pipeline> pipeline;  ///< Where there are none.
  std::optional<Error> unchecked;    ///< Its conditions could not be compiled.
  std::vector<backends::ProbeResult> probes;
  std::chrono::nanoseconds wall{0};
  int exit_code = exit_up_to_date;
};

/// As people read it.
std::string shown_name(const std::string& file);

/// For CI systems: a test for each file, and one for each server that was asked.
std::string check_as_junit(const std::vector<Checked>& files, const std::string& started);

}  // namespace docket
