#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/report/page.h"
#include "cli/table.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"

namespace docket {
namespace {

struct ReportOptions {
  PipelineOptions pipeline;
  std::string run;
  bool json = false;
  std::string html;                ///< A file; `-`: standard output. Empty: not wanted.
  std::vector<std::string> pages;  ///< Documents whose pages the page shows.
};

/// The text of the last report, or of that run's.
std::optional<std::string> read_report(const ReportOptions& options, const std::filesystem::path& folder) {
  if (options.run.empty()) {
    std::error_code ignored;
    const bool is_file = std::filesystem::is_regular_file(folder / "report.json", ignored);
    std::ifstream stream;
    if (is_file) stream.open(folder / "report.json");
    if (is_file && stream) return std::string(std::istreambuf_iterator<char>(stream), {});
    print_error("no report yet: there is no file " + (folder / "report.json").string() +
                "; `docket run` writes it");
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

/// Puts it into the file, or on standard output.
bool deliver(const std::string& file, const std::string& content) {
  if (file == "-") {
    std::fwrite(content.data(), 1, content.size(), stdout);
    return true;
  }
  const auto failed = write_file(std::filesystem::absolute(file), content);
  if (failed) print_error(failed->message);
  return !failed;
}

/// What the ledger knows beside the report. A page without it is still one.
PageFacts facts_of(const nlohmann::ordered_json& report, const std::filesystem::path& folder) {
  constexpr std::int64_t most_days = 31;
  PageFacts facts;
  auto ledger = LedgerReader::open(folder);
  if (!ledger) {
    print_error(ledger.error().message + "; the page has no latencies and no days");
    return facts;
  }
  auto days = days_of_calls(ledger->database(), most_days);
  auto latencies = latencies_of_run(ledger->database(), report["run"]["id"]);
  if (days) facts.days = std::move(*days);
  if (latencies) facts.latencies = std::move(*latencies);
  for (const Error* error : {days ? nullptr : &days.error(), latencies ? nullptr : &latencies.error()})
    if (error != nullptr) print_error(error->message);
  return facts;
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
  if (!options.html.empty())
    return deliver(options.html, report_page(report, facts_of(report, folder))) ? exit_up_to_date
                                                                                : exit_usage;
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
  command->add_option("--html", options->html, "As a page for browsers in this file; - is standard output")
      ->type_name("FILE");
  command->callback([options, &exit_code] { exit_code = report_command(*options); });
}

}  // namespace docket
