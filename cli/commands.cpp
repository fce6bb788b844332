#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <utility>

#include "backends/backends.h"
#include "cli/table.h"
#include "pipeline/config/read_pipeline.h"
#include "stages/stages.h"

namespace docket {

AddVerb add_init, add_check, add_run, add_plan, add_status, add_explain, add_egress, add_ack, add_export,
    add_clean, add_report, add_graph, add_schema, add_help;

std::span<AddVerb* const> verbs() {
  static constexpr AddVerb* all[] = {
      add_init, add_check,  add_run,   add_plan,   add_status, add_explain, add_egress,
      add_ack,  add_export, add_clean, add_report, add_graph,  add_schema,  add_help,
  };
  return all;
}

Registry registry() { return {stages::all(), backends::all(), backends::condition_engine}; }

void PipelineOptions::add_to(CLI::App& command) {
  command.add_option("PIPELINE", file, "The pipeline file (YAML)")->required();
  command.add_option("--set", overrides, "Change a setting, such as stages.classify.accept=0.9")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void PipelineOptions::add_output_to(CLI::App& command) {
  command.add_option("-o,--output", output_dir, "Output folder, in place of the pipeline's")
      ->type_name("DIR");
}

std::optional<Pipeline> load_pipeline(const PipelineOptions& options) {
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const std::string& text : options.overrides) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos || sign == 0) {
      print_error("--set " + text + ": expected KEY=VALUE, such as stages.classify.accept=0.9");
      return std::nullopt;
    }
    overrides.emplace_back(text.substr(0, sign), text.substr(sign + 1));
  }
  PipelineOrDiagnostics read = read_pipeline(options.file, registry(), overrides);
  std::string text;
  for (const Diagnostic& diagnostic : read.diagnostics)
    text += to_string(diagnostic) + "\n";
  std::fputs(printable(text).c_str(), stderr);
  if (read.pipeline && !options.output_dir.empty())
    read.pipeline->output_dir = std::filesystem::absolute(options.output_dir).lexically_normal();
  return std::move(read.pipeline);
}

void print_error(const std::string& message) {
  std::fputs(("docket: " + printable(message) + "\n").c_str(), stderr);
}

}  // namespace docket
