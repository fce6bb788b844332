#include <cstdio>

#include "cli/commands.h"
#include "cli/exit_code.h"

namespace docket {

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("check", "Validate a pipeline file with its schemas and conditions");
  const auto options = std::make_shared<PipelineOptions>();
  options->add_to(*command);
  command->callback([options, &exit_code] {
    const std::optional<Plan> plan = read_plan_or_complain(*options);
    exit_code = plan ? exit_up_to_date : exit_usage;
    if (!plan) return;
    std::string stages;
    for (const StagePlan& stage : plan->stages)
      stages += (stages.empty() ? "" : ", ") + stage.id;
    std::fprintf(stderr, "%s: ok, stages %s\n", options->file.c_str(), stages.c_str());
  });
}

}  // namespace docket
