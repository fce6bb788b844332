#include "cli/document_options.h"

#include <CLI/CLI.hpp>

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
                   "INPUT is all there is: documents of earlier runs that it does not name are missing");
  pipeline.add_output_to(command);
  command.add_option("--limit", run.limit, "Work on so many documents at most")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 60));
  command.add_option("--only", run.only, "Take only documents whose path matches")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_option("--until", run.until, "Stop each document after this stage")->type_name("STAGE");
  CLI::Option* failed = command.add_flag_callback(
      "--failed", [this] { run.rebuild.which = Which::failed; }, "Only documents that failed");
  command
      .add_flag_callback(
          "-B,--always-make", [this] { run.rebuild.which = Which::everything; },
          "All documents, without results of earlier runs")
      ->excludes(failed);
  command.add_flag("--retry-parked", run.rebuild.retry_parked,
                   "Also documents that have failed too often, or in a way that would not change");
  command.add_flag("-v,--verbose", verbose, "Print a line for each document, and why each stage runs");
}

}  // namespace docket
