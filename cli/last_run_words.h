#pragma once
#include <string>

#include "cli/status_of.h"

namespace docket {

/// How the last run ended and what was wrong with its input, and whether one goes on: for people, in lines.
/// `most`: of the problems of the input. `file`: the pipeline, as in a command that is typed.
std::string last_run_words(const OutputStatus& status, std::size_t most, const std::string& file);

}  // namespace docket
