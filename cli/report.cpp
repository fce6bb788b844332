#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>

#include "backends/http/address.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/form_file.h"
#include "cli/options/pipeline_options.h"
#include "cli/output_files.h"
#include "cli/page_pictures.h"
#include "cli/report/formats.h"
#include "cli/report/junit_suite.h"
#include "cli/report/page.h"
#include "cli/report/plain_text.h"
#include "cli/report/shape.h"
#include "cli/span_export.h"
#include "cli/terminal/words.h"
#include "pipeline/ledger/reader.h"
#include "pipeline/record.h"

namespace docket {
namespace {

struct ReportOptions {
  PipelineOptions pipeline;
  std::string run;
  bool json = false, markdown = false;
  std::string html, prometheus, junit;  ///< Files; `-`: standard output. Empty: not wanted.
  std::string otlp;                     ///< Address of a collector; empty: none.
  std::vector<std::string> pages;       ///< Documents whose pages `html` shows.
};

using nlohmann::ordered_json;

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

/// What the ledger knows of the run beside its report. Without it there is less to show.
template <typename Value>
Value from_ledger(const std::filesystem::path& folder,
                  const std::function<Result<Value>(LedgerDatabase&)>& select) {
  auto ledger = LedgerReader::open(folder);
  Result<Value> found = ledger ? select(ledger->database()) : Result<Value>(ledger.error());
  if (found) return std::move(*found);
  print_error(found.error().message);
  return {};
}

PageFacts facts_of(const ordered_json& report, const std::filesystem::path& folder) {
  constexpr std::int64_t most_days = 31;
  return from_ledger<PageFacts>(folder, [&](LedgerDatabase& database) -> Result<PageFacts> {
    auto days = days_of_calls(database, most_days);
    if (!days) return days.error();
    auto latencies = latencies_of_run(database, report["run"]["id"]);
    if (!latencies) return latencies.error();
    return PageFacts{std::move(*days), std::move(*latencies), {}};
  });
}

std::vector<RunDocument> done_of(const ordered_json& report, const std::filesystem::path& folder) {
  constexpr std::int64_t most_done = 1000;
  return from_ledger<std::vector<RunDocument>>(folder, [&](LedgerDatabase& database) {
    return done_documents(database, report["run"]["id"], most_done);
  });
}

/// With the pages of the documents that were named.
Result<std::string> page_of(const ReportOptions& options, const ordered_json& report,
                            const Pipeline& pipeline) {
  PageFacts facts = facts_of(report, pipeline.output_dir);
  if (options.pages.empty()) return report_page(report, facts);
  auto ledger = LedgerReader::open(pipeline.output_dir);
  if (!ledger) return ledger.error();
  auto pages = pages_with_evidence(*ledger, pipeline, options.pages);
  if (!pages) return pages.error();
  facts.pages = std::move(*pages);
  return report_page(report, facts);
}

/// The forms that are asked for, one after the other.
std::optional<Error> write_forms(const ReportOptions& options, const ordered_json& report,
                                 const Pipeline& pipeline) {
  constexpr unsigned for_all_to_read = 0644;  // The collector is another user.
  std::optional<Error> failed;
  if (!options.html.empty()) {
    const Result<std::string> page = page_of(options, report, pipeline);
    failed = page ? deliver({"--html", options.html, page_begins}, *page, {&pipeline})
                  : std::optional(page.error());
  }
  if (!failed && !options.prometheus.empty())
    failed = deliver({"--prometheus", options.prometheus, "# HELP docket_", for_all_to_read},
                     report_for_prometheus(report), {&pipeline});
  if (!failed && !options.junit.empty())
    failed = deliver({"--junit", options.junit, junit_begins},
                     report_as_junit(report, done_of(report, pipeline.output_dir)), {&pipeline});
  if (!failed && !options.otlp.empty())
    failed = export_spans(pipeline.output_dir, report, span_endpoint(options.otlp), {});
  return failed;
}

/// The reader and its mistakes are told from a collector that does not answer and a disk that is full.
int exit_code_of_unwritten(const Error& error) {
  if (error.error_class == ErrorClass::unavailable) return exit_unavailable;
  return error.error_class == ErrorClass::output ? exit_failed : exit_usage;
}

bool has_form(const ReportOptions& options) {
  return !options.otlp.empty() || !options.html.empty() || !options.prometheus.empty() ||
         !options.junit.empty();
}

/// How many of the forms go to standard output.
int on_stdout(const ReportOptions& options) {
  int count = (options.json ? 1 : 0) + (options.markdown ? 1 : 0);
  for (const std::string* file : {&options.html, &options.prometheus, &options.junit})
    if (*file == "-") ++count;
  return count;
}

int report_command(const ReportOptions& options) {
  if (on_stdout(options) > 1) {
    print_error("only one form of the report can go to standard output: name files for the others");
    return exit_usage;
  }
  if (const auto address = backends::parse_address(span_endpoint(options.otlp));
      !options.otlp.empty() && !address) {
    print_error("--otlp " + options.otlp + ": " + address.error().message);
    return exit_usage;
  }
  const std::optional<Pipeline> pipeline = load_pipeline(options.pipeline, SecretUse::none);
  if (!pipeline) return exit_usage;
  const std::filesystem::path& folder = pipeline->output_dir;
  const std::optional<std::string> text = read_report(options, folder);
  if (!text) return exit_usage;
  const auto report = ordered_json::parse(*text, nullptr, false);
  if (const auto misfit = misfit_of_report(report)) {
    print_error((options.run.empty() ? (folder / "report.json").string() : "what is kept of " + options.run) +
                " is not a report of docket: " + *misfit + "; run the pipeline again to write a new one");
    return exit_usage;
  }
  const std::string owner = report["pipeline"]["name"];
  if (!owner.empty() && owner != pipeline->name) {
    print_error("the report in " + folder.string() + " is of the pipeline '" + owner + "', not of '" +
                pipeline->name + "'");
    return exit_usage;
  }
  if (auto failed = write_forms(options, report, *pipeline)) {
    print_error(failed->message);
    return exit_code_of_unwritten(*failed);
  }
  if (options.json)
    std::fputs(printable_json(to_pretty(report)).c_str(), stdout);
  else if (options.markdown)
    std::fputs(report_as_markdown(report).c_str(), stdout);
  else if (!has_form(options))
    std::fputs(format_report(report).c_str(), stdout);
  return exit_up_to_date;
}

}  // namespace

void add_report(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("report", "Show the report of the last run");
  const auto options = std::make_shared<ReportOptions>();
  options->pipeline.add_to(*command);
  options->pipeline.add_output_to(*command);
  command->add_option("--run", options->run, "Of the run with this id (default: of the last)")
      ->type_name("ID");
  command->option_defaults()->group("Forms");
  command->add_flag("--json", options->json, "As JSON (docs/report.schema.json)");
  command->add_flag("--markdown", options->markdown, "As Markdown, for a comment at a pull request");
  command->add_option("--html", options->html, "As a page for browsers; - is standard output")
      ->type_name("FILE");
  command->add_option("--page", options->pages, "With --html: also pages of it, with its values")
      ->type_name("DOCUMENT")
      ->allow_extra_args(false)
      ->expected(1, static_cast<int>(most_shown_documents))
      ->needs("--html");
  command->add_option("--prometheus", options->prometheus, "For node_exporter's textfile collector")
      ->type_name("FILE");
  command->add_option("--junit", options->junit, "As results of tests, for CI systems")->type_name("FILE");
  command->add_option("--otlp", options->otlp, "As OpenTelemetry, to this collector")->type_name("URL");
  command->callback([options, &exit_code] { exit_code = report_command(*options); });
}

}  // namespace docket
