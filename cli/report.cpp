#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/table.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/record.h"

namespace docket {
namespace {

struct ReportOptions {
  PipelineOptions pipeline;
  std::string run;
  bool json = false;
};

/// The text of the last report, or of that run's.
std::optional<std::string> read_report(const ReportOptions& options, const std::filesystem::path& folder) {
  if (options.run.empty()) {
    std::ifstream stream(folder / "report.json");
    if (stream) return std::string(std::istreambuf_iterator<char>(stream), {});
    print_error("no report yet: " + (folder / "report.json").string() +
                " is missing; `docket run` writes it");
    return std::nullopt;
  }
  auto ledger = LedgerReader::open(folder);
  Result<std::optional<std::string>> report =
      ledger ? ledger->report(options.run) : Result<std::optional<std::string>>(ledger.error());
  if (report && *report) return *report;
  print_error(report ? "there is no report of a run '" + options.run + "' in " + folder.string()
                     : report.error().message);
  return std::nullopt;
}

int report_command(const ReportOptions& options) {
  const std::optional<Pipeline> pipeline = load_pipeline(options.pipeline);
  if (!pipeline) return exit_usage;
  const std::filesystem::path& folder = pipeline->output_dir;
  const std::optional<std::string> text = read_report(options, folder);
  if (!text) return exit_usage;
  const auto report = nlohmann::ordered_json::parse(*text, nullptr, false);
  if (report.is_discarded() || report.value("docket", 0) != 1) {
    print_error((folder / "report.json").string() +
                " is not a report of docket; run the pipeline again to write a new one");
    return exit_usage;
  }
  const std::string owner = report.value("pipeline", nlohmann::ordered_json::object()).value("name", "");
  if (!owner.empty() && owner != pipeline->name) {
    print_error("the report in " + folder.string() + " is of the pipeline '" + owner + "', not of '" +
                pipeline->name + "'");
    return exit_usage;
  }
  std::fputs((options.json ? printable_json(to_pretty(report)) : format_report(report)).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("report", "Show the report of the last run");
  const auto options = std::make_shared<ReportOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->add_option("--run", options->run, "The report of the run with this id (default: the last run)")
      ->type_name("ID");
  command->add_flag("--json", options->json, "As JSON (docs/report.schema.json)");
  command->callback([options, &exit_code] { exit_code = report_command(*options); });
}

}  // namespace docket
