#include "cli/document_options.h"

#include <CLI/CLI.hpp>

#include "pipeline/support/decimal.h"

namespace docket {

namespace {
using Which = RebuildOptions::Which;
}

void DocumentOptions::add_to(CLI::App& command) {
  pipeline.add_to(command);
  command.add_option("INPUT", run.inputs, "Files, folders, globs, or - for a list on standard input")
      ->type_name("");
  command.add_flag("-0,--null", run.null_separated, "The list on standard input is separated by NUL bytes");
  command.add_flag("--input-complete", run.input_complete,
                   "INPUT is the whole input: other documents of earlier runs count as missing");
  pipeline.add_output_to(command);
  command.add_option("--limit", run.limit, "Process at most this many documents")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 60));
  command.add_option("--only", run.only, "Process only documents whose path matches")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_option("--until", run.until, "Stop each document after this stage")->type_name("STAGE");
  command
      .add_option_function<std::string>(
          "--max-cost",
          [this](const std::string& text) {
            run.max_cost = parse_decimal(text);
            if (!run.max_cost || *run.max_cost < 0)
              throw CLI::ValidationError("--max-cost",
                                         "expected an amount in USD such as 2.50, got '" + text + "'");
          },
          "Spend at most this much in the run, whatever the budget allows; the rest is held")
      ->type_name("USD");
  CLI::Option* failed = command.add_flag_callback(
      "--failed", [this] { run.rebuild.which = Which::failed; }, "Process only documents that failed");
  command
      .add_flag_callback(
          "-B,--always-make", [this] { run.rebuild.which = Which::everything; },
          "Process all documents and ignore results of earlier runs")
      ->excludes(failed);
  command.add_flag("--retry-parked", run.rebuild.retry_parked,
                   "Also process parked documents: those that failed too often or would fail again");
  command.add_flag("-v,--verbose", verbose, "Print a line for each document, and why each stage runs");
}

}  // namespace docket
