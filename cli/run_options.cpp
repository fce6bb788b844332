// The command line of `run` and `plan`.
#include <thread>

#include "cli/exit_code.h"
#include "cli/run.h"

namespace docket {

namespace {

using Which = RebuildOptions::Which;

void add_documents(CLI::App& command, RunOptions& options) {
  options.pipeline.add_to(command);
  command.add_option("INPUT", options.inputs, "Files, folders, globs, or - for a list on standard input")
      ->type_name("");
  command.add_flag("-0,--null", options.null_separated,
                   "The list on standard input is separated by NUL bytes");
  command.add_flag("--input-complete", options.input_complete,
                   "INPUT is all there is: documents of earlier runs that it does not name are missing");
  command.add_option("-o,--output", options.output_dir, "Folder for the records, in place of the pipeline's")
      ->type_name("DIR");
  command.add_option("--limit", options.limit, "Work on so many documents at most")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 60));
  command.add_option("--only", options.only, "Take only documents whose path matches")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_option("--until", options.until, "Stop each document after this stage")->type_name("STAGE");
  CLI::Option* failed = command.add_flag_callback(
      "--failed", [&options] { options.rebuild.which = Which::failed; }, "Only documents that failed");
  command
      .add_flag_callback(
          "-B,--always-make", [&options] { options.rebuild.which = Which::everything; },
          "All documents, without results of earlier runs")
      ->excludes(failed);
  command.add_flag("--retry-parked", options.rebuild.retry_parked,
                   "Also documents that have failed too often, or in a way that would not change");
  command.add_flag("-v,--verbose", options.verbose,
                   "Print a line for each document, and why each stage runs");
}

void add_machine(CLI::App& command, RunOptions& options) {
  command.add_option("-j,--jobs", options.jobs, "CPU workers (default: one per processor)")
      ->check(CLI::Range(1, 1024));
  command
      .add_option("--in-flight", options.in_flight, "Documents held in memory at once (default: 16 per job)")
      ->check(CLI::Range(1, 1'000'000));
  command
      .add_option("-k,--keep-going", options.keep_going,
                  "Failures after which to stop (default: no limit; 1: the first)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 60));
  command
      .add_option_function<std::string>(
          "--grace",
          [&options](const std::string& text) {
            options.grace = std::chrono::milliseconds(1000 * std::stol(text));
          },
          "Seconds that running calls have after the first SIGINT or SIGTERM (default: 30)")
      ->check(CLI::Range(0, 86'400))
      ->type_name("SECONDS");
  command.add_flag("--offline", options.offline,
                   "Let nothing leave this machine: no model in the cloud is asked");
  command.add_flag("--wait", options.wait, "Wait while another run holds the output");
}

void add_files(CLI::App& command, RunOptions& options) {
  command
      .add_option("--report", options.report_file, "Write the report to this file too; - is standard output")
      ->type_name("FILE");
  command
      .add_option("--trace", options.trace_dir,
                  "Write what models are asked and answer to files of this folder, without keys")
      ->type_name("DIR");
  command.add_option("--depfile", options.depfile, "Write what each record depends on, for make")
      ->type_name("FILE");
  command.add_flag("--keep-mtime", options.keep_mtime, "Leave files alone whose content stays the same");
}

void add_display(CLI::App& command, RunOptions& options) {
  static const std::map<std::string, Progress::Mode> modes = {{"auto", Progress::Mode::automatic},
                                                              {"bar", Progress::Mode::bar},
                                                              {"plain", Progress::Mode::plain},
                                                              {"none", Progress::Mode::none}};
  command.add_option("--progress", options.progress, "auto, bar, plain or none")
      ->transform(CLI::CheckedTransformer(modes))
      ->type_name("MODE");
  command.add_flag("-q,--quiet", options.quiet, "Print errors only");
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("run", "Run documents through a pipeline: what is new, changed or failed");
  const auto options = std::make_shared<RunOptions>();
  add_documents(*command, *options);
  command->add_flag("-n,--dry-run", options->dry_run,
                    "Say what would be done and why, do nothing (as `plan`)");
  add_machine(*command, *options);
  add_files(*command, *options);
  add_display(*command, *options);
  command->callback([options, &exit_code] {
    if (options->jobs == 0)
      options->jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    exit_code = options->dry_run ? plan_command(*options) : run_command(*options);
  });
}

void add_plan(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("plan", "Say what a run would do and why; ask no model, change nothing");
  const auto options = std::make_shared<RunOptions>();
  add_documents(*command, *options);
  command->callback([options, &exit_code] { exit_code = plan_command(*options); });
}

}  // namespace docket
