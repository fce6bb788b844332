// `docket plan`, which is `run -n`.
#include "cli/plan.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
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
  explicit PlanPrinter(const DocumentOptions& options) : options_(options) {}
  void input_problem(const std::string& problem) override { print_error("input: " + problem); }
  void warned(const std::string& warning) override { print_error("warning: " + warning); }
  void left_out(const std::string& file) override {
    if (options_.verbose) std::fputs(printable(file + ": left out of the input\n").c_str(), stdout);
  }
  void looked_at(const Document& document, const std::vector<StageDecision>& stages,
                 const Pipeline& pipeline) override {
    if (!options_.verbose) return;
    std::string text = document.path + ": " + document.why + "\n";
    for (std::size_t i = 0; i < stages.size(); ++i)
      text += "  " + pipeline.stages[i].id + ": " + decision_words(stages[i]) + "\n";
    std::fputs(printable(text).c_str(), stdout);
  }

 private:
  const DocumentOptions& options_;
};

std::int64_t count_of(const Forecast::Stage& stage, What what) {
  const auto found = stage.counts.find(what);
  return found == stage.counts.end() ? 0 : found->second;
}

/// A row per stage; what is rare has a column only if there is something in it.
std::string stage_table_of(const Forecast& forecast) {
  struct Column {
    const char* name;
    What what;
  };
  std::vector<Column> columns = {
      {"runs", What::runs}, {"kept", What::kept}, {"skipped", What::skipped}, {"depends", What::depends}};
  for (const Column& rare : {Column{"fails", What::fails}, Column{"not reached", What::not_reached},
                             Column{"left out", What::left_out}})
    if (std::ranges::any_of(forecast.stages,
                            [&](const auto& stage) { return count_of(stage, rare.what) > 0; }))
      columns.push_back(rare);
  std::vector<std::vector<std::string>> rows = {{"stage"}};
  for (const Column& column : columns)
    rows[0].push_back(column.name);
  for (const Forecast::Stage& stage : forecast.stages) {
    rows.push_back({stage.id});
    for (const Column& column : columns)
      rows.back().push_back(std::to_string(count_of(stage, column.what)));
  }
  return format_table(rows);
}

std::string format_forecast(const Forecast& forecast) {
  std::string text;
  for (const auto& [why, count] : forecast.why)
    text += counted(count, "document") + ": " + why + "\n";
  if (forecast.documents > 0) {
    text += "\n" + stage_table_of(forecast) + "\n";
    for (const Forecast::Stage& stage : forecast.stages) {
      for (const auto& [why, count] : stage.why)
        text += stage.id + " runs for " + counted(count, "document") + ": " + why + "\n";
      for (const auto& [error, count] : stage.errors)
        text += stage.id + " fails for " + counted(count, "document") + ": " + error + "\n";
    }
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
    return forecast.error().error_class == ErrorClass::unavailable ? exit_unavailable : exit_usage;
  }
  std::fputs(printable(format_forecast(*forecast)).c_str(), stdout);
  return forecast->input_problems > 0 ? exit_failed : exit_up_to_date;
}

void add_plan(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("plan", "Show what a run would do and why; ask no model, change nothing");
  const auto options = std::make_shared<DocumentOptions>();
  options->add_to(*command);
  command->callback([options, &exit_code] { exit_code = plan_command(*options); });
}

}  // namespace docket
