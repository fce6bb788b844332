#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "pipeline/pipeline.h"
#include "pipeline/run/run_options.h"

namespace docket {

/// What a run shall write beside its output; empty: nothing.
struct OutputFiles {
  std::string report;   ///< `-`: standard output.
  std::string depfile;  ///< Likewise.
  std::string log;      ///< Appended to.
  std::string trace;    ///< A folder.
};

/// Why one of them cannot be written, or would take the place of a file that docket did not write, before
/// anything is run. The Error is of class `config`.
std::optional<Error> check_output_files(const OutputFiles& files, const Pipeline& pipeline,
                                        const RunOptions& options);

/// Why a file at that place would be taken for another one: a document of the input, or docket's own. Empty:
/// it would not. `options`: of the run that would read the input.
std::string why_misplaced(const std::filesystem::path& file, const Pipeline& pipeline,
                          const RunOptions& options);

}  // namespace docket
