#pragma once
#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/pipeline.h"

namespace docket {

/// Each adds its verb to the program; parsing the command line then runs it and sets `exit_code`.
void add_init(CLI::App& app, int& exit_code);
void add_check(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_plan(CLI::App& app, int& exit_code);
void add_status(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_export(CLI::App& app, int& exit_code);
void add_clean(CLI::App& app, int& exit_code);
void add_report(CLI::App& app, int& exit_code);
void add_graph(CLI::App& app, int& exit_code);
void add_schema(CLI::App& app, int& exit_code);

/// All stage and backend types of this program.
Registry registry();

/// How a verb names its pipeline: the file, and what `--set` changes in it.
struct PipelineOptions {
  std::filesystem::path file;
  std::vector<std::string> overrides;  ///< `key=value`.
  void add_to(CLI::App& command);
};

/// Reads the plan; on mistakes prints all of them on stderr and returns nothing.
std::optional<Pipeline> load_pipeline(const PipelineOptions& options);

/// Where the records are: `option` (`-o DIR`, from the current folder) unless it is empty.
std::filesystem::path output_folder(const std::string& option, const Pipeline& pipeline);

/// Prints `docket: message` on stderr, one whole line whatever other threads print.
void print_error(const std::string& message);

}  // namespace docket
