#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/config/read_pipeline.h"
#include "pipeline/pipeline.h"

namespace CLI {
class App;
}

namespace docket {

/// All stage and backend types of this program.
Registry registry();

/// How a verb names its pipeline: the file, and what the command line changes in it.
struct PipelineOptions {
  std::filesystem::path file;
  std::vector<std::string> overrides;     ///< `key=value`.
  std::string output_dir;                 ///< From the current folder; empty: the pipeline's.
  void add_to(CLI::App& command);         ///< `PIPELINE` and `--set`
  void add_file_to(CLI::App& command);    ///< `PIPELINE`
  void add_set_to(CLI::App& command);     ///< `--set KEY=VALUE`
  void add_output_to(CLI::App& command);  ///< `-o DIR`
  std::string in_command() const;         ///< PIPELINE and -o, to be typed again.
};

/// Reads the pipeline, or says what is wrong, also with the command line. The file `-` is standard input.
PipelineOrDiagnostics read_pipeline(const PipelineOptions& options, SecretUse secrets = SecretUse::needed);

/// Reads the pipeline; on mistakes prints all of them on stderr and returns nothing.
std::optional<Pipeline> load_pipeline(const PipelineOptions& options, SecretUse secrets);

}  // namespace docket
