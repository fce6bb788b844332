#include "cli/options/document_options.h"

#include <CLI/CLI.hpp>

#include "cli/options/option_values.h"
#include "pipeline/support/decimal.h"

namespace docket {

namespace {
using Which = RebuildOptions::Which;
}

void DocumentOptions::add_to(CLI::App& command) {
  constexpr const char *which = "Which documents", *what = "What is done";
  pipeline.add_file_to(command);
  command.add_option("INPUT", run.inputs, "Files, folders, globs, or - (a list on stdin)")->type_name("");
  command.add_flag("-0,--null", run.null_separated, "The list on standard input has NUL between names")
      ->group(which);
  command
      .add_flag("--input-complete", run.input_complete, "INPUT is all: documents of earlier runs are missing")
      ->group(which);
  command.add_option("--only", run.only, "Only documents whose path matches")
      ->type_name("GLOB")
      ->allow_extra_args(false)
      ->group(which);
  command.add_option("--limit", run.limit, "At most so many documents")->check(whole_number(1))->group(which);
  CLI::Option* failed = command.add_flag_callback(
      "--failed", [this] { run.rebuild.which = Which::failed; }, "Only documents that failed");
  failed->group(which);
  command.add_flag("--retry-parked", run.rebuild.retry_parked, "Also those that failed too often")
      ->group(which);
  command
      .add_flag_callback(
          "-B,--always-make", [this] { run.rebuild.which = Which::everything; },
          "All documents, whatever earlier runs have done")
      ->excludes(failed)
      ->group(which);
  pipeline.add_set_to(command);
  command.get_option("--set")->group(what);
  command.add_option("--until", run.until, "Stop each document after this stage")
      ->type_name("STAGE")
      ->group(what);
  command
      .add_option_function<std::string>(
          "--max-cost",
          [this](const std::string& text) {
            run.max_cost = parse_decimal(text);
            if (!run.max_cost || *run.max_cost < 0)
              throw CLI::ValidationError("--max-cost",
                                         "expected an amount in USD such as 2.50, got '" + text + "'");
          },
          "Spend no more in this run; the rest is held")
      ->type_name("USD")
      ->group(what);
  pipeline.add_output_to(command);
  command.get_option("--output")->group("Output");
  command.add_flag("-v,--verbose", verbose, "Tell of each document, and why each stage runs")
      ->group("Output");
}

}  // namespace docket
