#include "cli/commands.h"

#include <cstdio>

#include "backends/backends.h"
#include "cli/table.h"
#include "stages/stages.h"

namespace docket {

Catalog catalog() { return {stages::all(), backends::all()}; }

void PipelineOptions::add_to(CLI::App& command) {
  command.add_option("PIPELINE", file, "The pipeline file (YAML)")->required();
  command.add_option("--set", overrides, "Change a field of the pipeline: stages.classify.accept=0.9")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

std::optional<Plan> read_plan_or_complain(const PipelineOptions& options) {
  std::vector<std::pair<std::string, std::string>> overrides;
  for (const std::string& text : options.overrides) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos || sign == 0) {
      complain("--set " + text + ": expected KEY=VALUE, such as stages.classify.accept=0.9");
      return std::nullopt;
    }
    overrides.emplace_back(text.substr(0, sign), text.substr(sign + 1));
  }
  PlanOrComplaints read = read_plan(options.file, catalog(), overrides);
  std::string text;
  for (const Complaint& complaint : read.complaints)
    text += to_string(complaint) + "\n";
  std::fputs(text.c_str(), stderr);
  return std::move(read.plan);
}

std::filesystem::path output_folder(const std::string& option, const Plan& plan) {
  return option.empty() ? plan.output_dir : std::filesystem::absolute(option).lexically_normal();
}

void complain(const std::string& message) {
  std::fputs(("docket: " + printable(message) + "\n").c_str(), stderr);
}

}  // namespace docket
