#include "cli/commands.h"

#include <cstdio>

#include "backends/backends.h"
#include "cli/table.h"
#include "pipeline/config/read_pipeline.h"
#include "stages/stages.h"

namespace docket {

Registry registry() { return {stages::all(), backends::all()}; }

void PipelineOptions::add_to(CLI::App& command) {
  command.add_option("PIPELINE", file, "The pipeline file (YAML)")->required();
  command
      .add_option("--set", overrides,
                  "Override a setting of the pipeline, such as stages.classify.accept=0.9")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
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
  std::fputs(text.c_str(), stderr);
  return std::move(read.pipeline);
}

std::filesystem::path output_folder(const std::string& option, const Pipeline& pipeline) {
  return option.empty() ? pipeline.output_dir : std::filesystem::absolute(option).lexically_normal();
}

void print_error(const std::string& message) {
  std::fputs(("docket: " + printable(message) + "\n").c_str(), stderr);
}

}  // namespace docket
