// `docket plan`, which is `run -n`.
#include "cli/plan.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/backends.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/forecast.h"
#include "cli/options/pipeline_options.h"
#include "cli/terminal/words.h"
#include "pipeline/record.h"
#include "pipeline/run/dry_run.h"

namespace docket {
namespace {

using What = StageDecision::What;

std::string decision_words(const StageDecision& stage) {
  switch (stage.what) {
    case What::runs:
      return "runs, " + stage.why;
    case What::kept:
    case What::waits:  // For its own result, which is kept then.
      return "kept";
    case What::skipped:
      return "skipped";
    case What::fails:
      return "fails, " + stage.why;
    case What::not_reached:
      return "not reached";
    case What::depends:
      return "depends on what comes before";
    case What::left_out:
      return "left out (--until)";
  }
  return "";
}

class PlanPrinter final : public DryRunListener {
 public:
  explicit PlanPrinter(const PlanCommand& command)
      : quiet_(command.question), verbose_(command.documents.verbose && !command.json && !command.question) {}
  void input_problem(const std::string& problem) override { print_error("input: " + problem); }
  void warned(const std::string& warning) override {
    if (!quiet_) print_error("warning: " + warning);
  }
  void left_out(const std::string& file) override {
    if (verbose_) std::fputs(printable(file + ": left out of the input\n").c_str(), stdout);
  }
  void looked_at(const Document& document, const std::vector<StageDecision>& stages,
                 const Pipeline& pipeline) override {
    if (!verbose_) return;
    std::string text = document.path + ": " + document.why + "\n";
    for (std::size_t i = 0; i < stages.size(); ++i)
      text += "  " + pipeline.stages[i].id + ": " + decision_words(stages[i]) + "\n";
    std::fputs(printable(text).c_str(), stdout);
  }

 private:
  const bool quiet_, verbose_;
};

}  // namespace

int plan_command(const PlanCommand& command) {
  std::optional<Pipeline> pipeline = load_pipeline(command.documents.pipeline, SecretUse::needed);
  if (!pipeline) return exit_usage;
  PlanPrinter printer(command);
  const RunOptions& run = command.documents.run;
  const auto make_rehearsal = [&](const Pipeline& resolved, AnswerStore& answers,
                                  const ModelDigests& models) {
    backends::Options options;
    options.jobs = run.jobs;
    options.offline = command.offline;
    options.answers = &answers;
    options.models = models;
    options.reuse_answers = !run.always_make();
    return backends::make_rehearsal(resolved, options);
  };
  // What it would cost is nobody's question then, and takes long.
  const Result<Forecast> forecast = command.question
                                        ? dry_run(std::move(*pipeline), run, printer)
                                        : dry_run(std::move(*pipeline), run, printer, make_rehearsal);
  if (!forecast) {
    print_error(forecast.error().message);
    return forecast.error().error_class == ErrorClass::unavailable ? exit_unavailable : exit_usage;
  }
  const bool has_work = forecast->documents > 0 || forecast->input_problems > 0;
  if (command.question) return has_work ? exit_failed : exit_up_to_date;
  const std::string text =
      command.json ? printable_json(to_pretty(to_json(*forecast))) : printable(format_forecast(*forecast));
  std::fputs(text.c_str(), stdout);
  return forecast->input_problems > 0 ? exit_failed : exit_up_to_date;
}

void add_plan(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("plan", "Show what a run would do, why and at what cost");
  const auto command = std::make_shared<PlanCommand>();
  command->documents.run.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  command->documents.add_to(*verb);
  verb->add_flag("--offline", command->offline, "As if nothing left this machine: no cloud model is asked")
      ->group("What is done");
  verb->option_defaults()->group("Output");
  CLI::Option* json = verb->add_flag("--json", command->json, "Print it as JSON");
  verb->add_flag("-q,--question", command->question, "Only the exit code: 1 when a run would do something")
      ->excludes(json);
  verb->callback([command, &exit_code] { exit_code = plan_command(*command); });
}

}  // namespace docket
