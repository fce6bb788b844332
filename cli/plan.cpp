// `docket plan`, which is `run -n`.
#include "cli/plan.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit_code.h"
#include "cli/table.h"
#include "pipeline/run/dry_run.h"

namespace docket {
namespace {

using What = StageForecast::What;

std::string forecast_words(const StageForecast& stage) {
  switch (stage.what) {
    case What::runs:
      return "runs, " + stage.why;
    case What::kept:
      return "kept";
    case What::skipped:
      return "skipped";
    case What::depends:
      return "depends on what comes before";
  }
  return "";
}

class PlanPrinter final : public DryRunListener {
 public:
  explicit PlanPrinter(const DocumentOptions& options) : options_(options) {}
  void warned(const std::string& warning) override { print_error("warning: " + warning); }
  void looked_at(const Document& document, const std::vector<StageForecast>& stages,
                 const Pipeline& pipeline) override {
    if (!options_.verbose) return;
    std::string text = document.path + ": " + document.why + "\n";
    for (std::size_t i = 0; i < stages.size(); ++i)
      text += "  " + pipeline.stages[i].id + ": " + forecast_words(stages[i]) + "\n";
    std::fputs(printable(text).c_str(), stdout);
  }

 private:
  const DocumentOptions& options_;
};

std::string format_forecast(const Forecast& forecast) {
  std::string text;
  for (const auto& [why, count] : forecast.why)
    text += printable(counted(count, "document") + ": " + why) + "\n";
  if (forecast.documents > 0) {
    std::vector<std::vector<std::string>> rows = {{"stage", "runs", "kept", "skipped", "depends"}};
    for (const Forecast::Stage& stage : forecast.stages) {
      std::vector<std::string> row = {stage.id};
      for (const What what : {What::runs, What::kept, What::skipped, What::depends}) {
        const auto found = stage.counts.find(what);
        row.push_back(std::to_string(found == stage.counts.end() ? 0 : found->second));
      }
      rows.push_back(std::move(row));
    }
    text += "\n" + format_table(rows) + "\n";
    for (const Forecast::Stage& stage : forecast.stages)
      for (const auto& [why, count] : stage.why)
        text += printable(stage.id + " runs for " + counted(count, "document") + ": " + why) + "\n";
    text += "\n";
  }
  return text + counted(forecast.documents, "document") + " to work on, " +
         std::to_string(forecast.up_to_date) + " up to date, " + std::to_string(forecast.parked) +
         " parked\n";
}

}  // namespace

int plan_command(const DocumentOptions& options) {
  std::optional<Pipeline> pipeline = load_pipeline(options.pipeline);
  if (!pipeline) return exit_usage;
  PlanPrinter printer(options);
  const Result<Forecast> forecast = dry_run(std::move(*pipeline), options.run, printer);
  if (!forecast) {
    print_error(forecast.error().message);
    return exit_usage;
  }
  std::fputs(format_forecast(*forecast).c_str(), stdout);
  return exit_up_to_date;
}

void add_plan(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("plan", "Say what a run would do and why; ask no model, change nothing");
  const auto options = std::make_shared<DocumentOptions>();
  options->add_to(*command);
  command->callback([options, &exit_code] { exit_code = plan_command(*options); });
}

}  // namespace docket
