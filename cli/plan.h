#pragma once
#include "cli/document_options.h"

namespace docket {

/// Says on standard output what a run would do and why (`plan`, `run -n`); returns the exit code.
int plan_command(const DocumentOptions& options);

}  // namespace docket
