#include <cstdio>
#include <fstream>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "pipeline/record.h"

namespace docket {
namespace {

struct Options {
  PipelineOptions pipeline;
  std::string output_dir;
  bool json = false;
};

int report_command(const Options& options) {
  const std::optional<Plan> plan = read_plan_or_complain(options.pipeline);
  if (!plan) return exit_usage;
  const std::filesystem::path folder =
      options.output_dir.empty() ? plan->output_dir : std::filesystem::path(options.output_dir);
  const std::filesystem::path file = folder / "report.json";
  std::ifstream stream(file);
  if (!stream) {
    complain("no report yet: " + file.string() + " is missing; `docket run` writes it");
    return exit_usage;
  }
  const auto report = nlohmann::ordered_json::parse(stream, nullptr, false);
  if (report.is_discarded() || report.value("docket", 0) != 1) {
    complain(file.string() + " is no report of docket; run the pipeline again to write a new one");
    return exit_usage;
  }
  std::fputs((options.json ? to_pretty(report) : format_report(report)).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("report", "Show the report of the last run");
  const auto options = std::make_shared<Options>();
  options->pipeline.add_to(*command);
  command->add_option("-o,--output", options->output_dir, "Folder of the records, in place of the pipeline's")
      ->type_name("DIR");
  command->add_flag("--json", options->json, "As JSON (docs/report.schema.json)");
  command->callback([options, &exit_code] { exit_code = report_command(*options); });
}

}  // namespace docket
