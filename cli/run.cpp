// `docket run`: its options, and what people are told while it works.
#include "pipeline/run/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "backends/backends.h"
#include "backends/extraction/missing_data.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/log/run_events.h"
#include "cli/log/run_log.h"
#include "cli/options/document_options.h"
#include "cli/options/mistakes.h"
#include "cli/options/pipeline_options.h"
#include "cli/output_files.h"
#include "cli/plan.h"
#include "cli/progress/progress.h"
#include "cli/progress/run_display.h"
#include "cli/records/why_held.h"
#include "cli/report/plain_text.h"
#include "cli/report/summary.h"
#include "cli/span_export.h"
#include "cli/terminal/signals.h"
#include "cli/terminal/words.h"
#include "cli/version.h"
#include "pipeline/record.h"
#include "pipeline/run/output.h"

namespace docket {

namespace {

struct RunCommand {
  DocumentOptions documents;
  bool dry_run = false;
  bool offline = false;     ///< Nothing leaves this machine.
  std::string trace_dir;    ///< Empty: none.
  std::string report_file;  ///< Beside the output's own; `-`: standard output; empty: none.
  std::chrono::milliseconds grace{30'000};
  Progress::Mode progress = Progress::Mode::automatic;
  bool quiet = false;
  FailOn fail_on;
  LogOptions log;

  /// Nothing but errors on standard error, or they stand in its log.
  bool is_silent() const { return quiet || log.is_on_stderr(); }
};

/// What the run cannot go on without. Told by one thread, asked by others.
class Lack {
 public:
  void tell(const Error& error) {
    {
      const std::lock_guard lock(mutex_);
      error_ = error;
    }
    stop_.request_stop();
  }
  std::optional<Error> error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }
  std::stop_token token() const { return stop_.get_token(); }

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;  ///< Guarded by mutex_.
  std::stop_source stop_;
};

RunEnvironment environment_of(const RunCommand& command, Signals& signals, Lack& lack, Activity& activity) {
  RunEnvironment environment;
  environment.make_backend = [&](const Pipeline& pipeline, AnswerStore& answers, const ModelDigests& models,
                                 const std::stop_token& stop, const RunEnvironment::Told& told) {
    const RunOptions& run = command.documents.run;
    return backends::make(
        pipeline, {run.jobs, [&lack](const Error& error) { lack.tell(error); }, stop, signals.hard_stop(),
                   command.offline, command.trace_dir, &answers, models, !run.always_make(), told.warn,
                   told.warmed, &activity, run.max_cost});
  };
  environment.lacking = lack.token();
  environment.why_lacking = [&lack] { return lack.error(); };
  environment.find_models = [&](const Pipeline& pipeline) {
    return backends::find_models(pipeline, command.offline, signals.stop().get_token());
  };
  environment.stop = signals.stop().get_token();
  environment.hard_stop = signals.hard_stop();
  environment.signal = [&] { return signals.received(); };
  environment.exit_code = [&command](const RunOutcome& outcome) {
    return exit_code(outcome, command.fail_on);
  };
  environment.version = version;
  environment.warnings = backends::missing_data();
  return environment;
}

/// To the file that the user named, or to standard output.
std::optional<Error> write_second_report(const std::string& file, const nlohmann::ordered_json& report) {
  if (file.empty()) return std::nullopt;
  if (file != "-") return write_file(file, to_pretty(report));
  std::fputs(printable_json(to_pretty(report)).c_str(), stdout);
  return std::nullopt;
}

/// Where OpenTelemetry's environment names a collector. One that does not answer is no failure of the run,
/// and holds it up for half a minute at most.
void send_spans(const RunOutcome& outcome, const std::filesystem::path& output, const RunCommand& command,
                const std::stop_token& stop) {
  constexpr std::chrono::seconds longest{30};
  const std::optional<std::string> endpoint = span_endpoint_of_environment();
  if (outcome.state != RunOutcome::State::ran || !endpoint || stop.stop_requested()) return;
  const auto failed = export_spans(output, outcome.report, *endpoint, {command.offline, stop, longest});
  if (!failed) return;
  log({LogLevel::warning, "warning", {}, {}, {}, nlohmann::ordered_json::object(), failed->message});
  if (!command.log.is_on_stderr()) print_error("warning: " + failed->message);
}

/// Refers to `why_held`.
SummaryContext summary_context(const RunCommand& command, const Pipeline& pipeline, const WhyHeld& why_held) {
  SummaryContext context;
  context.pipeline = command.documents.pipeline.in_command();
  std::error_code ignored;
  const std::filesystem::path near = std::filesystem::proximate(pipeline.output_dir, ignored);
  const bool is_below = !near.empty() && !near.native().starts_with("..") &&
                        std::filesystem::current_path(ignored) != "/";  // There it would seem another path.
  context.output = (is_below ? near : pipeline.output_dir).string();
  context.release_of = [typed = context.pipeline](const std::string& held) {
    return release_of(held, typed);
  };
  context.why_held = [&](const std::string& path) {
    const auto found = why_held.find(path);
    return found == why_held.end() ? "" : found->second;
  };
  return context;
}

/// What people should know at the end.
void print_outcome(const RunOutcome& outcome, const RunCommand& command, const SummaryContext& context) {
  log_outcome(outcome, exit_code(outcome, command.fail_on));
  if (command.log.is_on_stderr()) return;
  if (outcome.error) {
    if (outcome.state != RunOutcome::State::stopped) print_error(outcome.error->message);
    return;
  }
  const int code = outcome.report["run"]["exit_code"];
  if (!command.quiet) {
    std::fputs(format_summary(outcome.report, context).c_str(), stderr);
  } else {
    if (code == exit_failed || code == exit_unavailable)
      std::fputs(
          format_failures(outcome.report, {command.fail_on.unsure, command.fail_on.held}, context.pipeline)
              .c_str(),
          stderr);
    if (outcome.unavailable) print_error(outcome.unavailable->message);
  }
  // A full disk takes the report too.
  const bool is_told = outcome.write_error && outcome.report_unwritten &&
                       outcome.write_error->message == outcome.report_unwritten->message;
  if (outcome.write_error)
    print_error(outcome.write_error->message +
                "; the run stopped there: the files that are written are whole, and what could not be "
                "kept is done again by the next run");
  if (outcome.report_unwritten && !is_told) print_error(outcome.report_unwritten->message);
}

/// The pipeline, if it and the command line have no mistakes; else people are told of them, and the log is.
std::optional<Pipeline> load_for_run(RunCommand& command, std::unique_ptr<RunLog>& log) {
  PipelineOrDiagnostics read = read_pipeline(command.documents.pipeline);
  std::vector<std::string> mistakes;
  for (const Diagnostic& diagnostic : read.diagnostics)
    mistakes.push_back(to_string(diagnostic));
  if (command.documents.pipeline.file == "-") {
    mistakes = {"docket: a pipeline on standard input can be checked (docket check -), and nothing else"};
  } else if (read.pipeline) {
    if (const auto error = check_output_files(
            {command.report_file, command.documents.run.depfile, command.log.file, command.trace_dir},
            *read.pipeline, command.documents.run))
      mistakes.push_back("docket: " + error->message);
    command.log.mode = read.pipeline->output_mode.value_or(command.log.mode);
  }
  if (command.log.is_wanted() && (!read.pipeline || mistakes.empty())) {
    auto opened = RunLog::open(command.log);
    if (opened)
      log = std::move(*opened);
    else
      mistakes.push_back("docket: " + opened.error().message);
  }
  if (mistakes.empty()) return std::move(read.pipeline);
  for (const std::string& mistake : mistakes) {
    log_refusal(mistake, exit_usage);
    if (!log || !command.log.is_on_stderr()) std::fputs((printable(mistake) + "\n").c_str(), stderr);
  }
  return std::nullopt;
}

int run_command(RunCommand& command) {
  // Whoever moves the log away sends SIGHUP, and wants no end of the run; a terminal that goes does.
  std::unique_ptr<RunLog> log;
  std::atomic<RunLog*> open_log = nullptr;
  std::function<void()> reopen_log;
  if (!command.log.file.empty() && !has_terminal())
    reopen_log = [&open_log] {
      if (RunLog* const one = open_log) one->reopen();
    };
  Signals signals(command.grace, reopen_log,
                  command.is_silent() ? "" : "docket: stopped at once; what was finished is kept");
  std::optional<Pipeline> pipeline = load_for_run(command, log);
  open_log = log.get();
  if (!pipeline) return exit_usage;
  Lack lack;
  Activity activity;
  RunEnvironment environment = environment_of(command, signals, lack, activity);
  environment.warnings.insert(environment.warnings.end(), pipeline->warnings.begin(),
                              pipeline->warnings.end());
  RunOutcome outcome;
  WhyHeld why_held;
  {
    RunDisplay display({command.progress, command.documents.verbose, command.is_silent(),
                        command.log.is_on_stderr(), command.grace},
                       signals, pipeline->stages.size(), activity, log.get(), why_held);
    outcome = run_pipeline(*pipeline, command.documents.run, environment, display);
  }
  SummaryContext context = summary_context(command, *pipeline, why_held);
  context.has_report = !outcome.report_unwritten;
  context.says_stop = !outcome.write_error;
  if (outcome.state == RunOutcome::State::ran)
    if (auto failed = write_second_report(command.report_file, outcome.report))
      outcome.report_unwritten = failed;
  print_outcome(outcome, command, context);
  send_spans(outcome, pipeline->output_dir, command, signals.stop().get_token());
  return exit_code(outcome, command.fail_on);
}

void add_machine_options(CLI::App& app, RunCommand& command) {
  app.option_defaults()->group("How much, how long");
  RunOptions& run = command.documents.run;
  app.add_option("-j,--jobs", run.jobs, "CPU workers (one per processor)")->check(whole_number(1, 1024));
  app.add_option("--in-flight", run.in_flight, "Documents in memory at once (16 per job)")
      ->check(whole_number(1, 1'000'000));
  app.add_option("-k,--keep-going", run.keep_going, "Stop after so many failures (no limit)")
      ->check(whole_number(1));
  app.add_option_function<std::string>(
         "--grace",
         [&command](const std::string& text) {
           command.grace = seconds_or_duration(text).value_or(command.grace);
         },
         "Time for running calls to end when stopped (30s)")
      ->check(duration_up_to(std::chrono::hours(24)))
      ->type_name("TIME");
  app.add_option_function<std::vector<std::string>>(
         "--fail-on",
         [&command](const std::vector<std::string>& kinds) {
           command.fail_on.unsure = std::ranges::find(kinds, "unsure") != kinds.end();
           command.fail_on.held = std::ranges::find(kinds, "held") != kinds.end();
         },
         "Exit code 1 also for these: unsure, held")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(one_of_names({"unsure", "held"}))
      ->type_name("KIND");
  app.add_flag("--offline", command.offline, "Let nothing leave this machine: ask no cloud model")
      ->group("What is done");
  app.add_flag("--wait", run.wait, "Wait while another run holds the output");
}

void add_file_options(CLI::App& app, RunCommand& command) {
  app.option_defaults()->group("Output");
  app.add_option("--report", command.report_file, "Also write the report there; - is standard output")
      ->type_name("FILE");
  app.add_option("--trace", command.trace_dir, "Write requests and replies of models there, no keys")
      ->type_name("DIR");
  app.add_option("--depfile", command.documents.run.depfile, "Write what records depend on, for make")
      ->type_name("FILE");
  app.add_flag("--keep-mtime", command.documents.run.keep_mtime,
               "Do not touch files whose content is unchanged");
}

void add_display_options(CLI::App& app, RunCommand& command) {
  static const std::map<std::string, Progress::Mode> modes = {{"auto", Progress::Mode::automatic},
                                                              {"bar", Progress::Mode::bar},
                                                              {"plain", Progress::Mode::plain},
                                                              {"none", Progress::Mode::none}};
  app.option_defaults()->group("Output");
  app.add_option_function<std::string>(
         "--progress", [&command](const std::string& name) { command.progress = modes.at(name); },
         "auto, bar, plain or none")
      ->check(one_of_names({"auto", "bar", "plain", "none"}))
      ->type_name("MODE");
  app.add_flag("-q,--quiet", command.quiet, "Print errors only");
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* verb = app.add_subcommand("run", "Run the pipeline on documents that are new, changed or failed");
  const auto command = std::make_shared<RunCommand>();
  RunOptions& run = command->documents.run;
  run.jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  command->documents.add_to(*verb);
  verb->add_flag("-n,--dry-run", command->dry_run, "Only show what would be done, as `plan` does")
      ->group("What is done");
  add_machine_options(*verb, *command);
  add_file_options(*verb, *command);
  add_display_options(*verb, *command);
  command->log.add_to(*verb);
  verb->callback([command, &exit_code] {
    exit_code =
        command->dry_run ? plan_command({command->documents, command->offline}) : run_command(*command);
  });
}

}  // namespace docket
