#pragma once
#include "pipeline/run/output.h"

namespace docket {

/// Gives files and folders that are there already the permissions of the output, once after the pipeline has
/// other ones: those that docket has written. What it writes later has them anyway.
void adopt_mode(const Output& output);

}  // namespace docket
