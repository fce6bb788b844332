#include "cli/run.h"

#include <signal.h>
#include <sys/random.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <mutex>

#include "backends/backends.h"
#include "cli/exit_code.h"
#include "cli/run_writer.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "pipeline/flow.h"
#include "pipeline/glob.h"
#include "pipeline/inputs.h"
#include "pipeline/output.h"
#include "pipeline/plan.h"
#include "pipeline/stopwatch.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

std::string utc_now(const char* format) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, format, &parts);
  return text;
}

/// Sorts by time; the last part tells runs of one second apart.
std::string new_run_id() {
  std::uint32_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<std::uint32_t>(std::clock());
  char text[16];
  std::snprintf(text, sizeof text, "-%08x", random);
  return utc_now("%Y%m%dT%H%M%SZ") + text;
}

/// docket-extract lies beside docket, built or installed.
fs::path extract_worker() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "docket-extract";
}

/// Keeps the stage `until` and those before it. False: there is no such stage.
bool cut_after(Plan& plan, const std::string& until) {
  const StagePlan* last = plan.stage(until);
  if (last == nullptr) return false;
  const auto position = static_cast<std::size_t>(last - plan.stages.data());
  std::vector<std::size_t> kept = all_before(plan.stages, position);
  kept.push_back(position);
  std::vector<StagePlan> stages;
  for (const std::size_t i : kept) {
    StagePlan stage = std::move(plan.stages[i]);
    for (std::size_t& earlier : stage.after) {
      earlier = static_cast<std::size_t>(std::ranges::find(kept, earlier) - kept.begin());
    }
    stages.push_back(std::move(stage));
  }
  plan.stages = std::move(stages);
  return true;
}

/// Hands out the documents of a run, in order, as far as the options let it.
class DocumentSource {
 public:
  DocumentSource(const RunOptions& options, const Plan& plan, const fs::path& output_dir, Progress& progress)
      : options_(options),
        progress_(progress),
        inputs_(input_options(options, plan, output_dir),
                [&progress](const std::string& warning) { progress.say("docket: warning: " + warning); }) {}

  DocumentPtr next(const std::stop_token& stop) {
    while (options_.limit == 0 || static_cast<std::int64_t>(number_) < options_.limit) {
      std::optional<Input> input = inputs_.next(stop);
      if (!input) break;
      if (!wanted(input->path)) continue;
      auto document = std::make_shared<Document>();
      document->number = number_++;
      document->path = std::move(input->path);
      document->file = std::move(input->file);
      progress_.taken();
      return document;
    }
    progress_.all_taken();
    return nullptr;
  }

 private:
  static InputOptions input_options(const RunOptions& options, const Plan& plan, const fs::path& output_dir) {
    const bool own = options.inputs.empty();
    return {own ? plan.inputs : options.inputs,
            own ? plan.directory : fs::current_path(),
            plan.directory,
            output_dir,
            !own,
            options.null_separated ? '\0' : '\n'};
  }
  bool wanted(const std::string& path) const {
    return options_.only.empty() || std::ranges::any_of(options_.only, [&](const std::string& glob) {
             return matches_document(glob, path);
           });
  }

  const RunOptions& options_;
  Progress& progress_;
  Inputs inputs_;
  std::size_t number_ = 0;
};

int exit_code_for(const Report& report, const RunWriter& writer, const Signals& signals) {
  if (signals.received() != 0) return 128 + signals.received();
  if (report.backend_unavailable()) return exit_unavailable;
  if (writer.error() || report.documents(Outcome::failed) > 0) return exit_failed;
  if (report.documents(Outcome::held) > 0) return exit_held;
  return exit_up_to_date;
}

std::string why_stopped(const RunOptions& options, const Report& report, const RunWriter& writer,
                        const Signals& signals) {
  if (signals.received() == SIGINT) return "SIGINT";
  if (signals.received() == SIGTERM) return "SIGTERM";
  if (writer.error()) return writer.error()->message;
  if (options.keep_going > 0 && report.documents(Outcome::failed) >= options.keep_going) {
    return "--keep-going " + std::to_string(options.keep_going) + ": so many documents failed";
  }
  return "";
}

/// The flow itself: every document that is taken ends in the writer.
void run_documents(const RunOptions& options, const Plan& plan, Backend& backend, DocumentSource& source,
                   RunWriter& writer, Progress& progress, Signals& signals) {
  const auto next = [&] { return source.next(signals.stop().get_token()); };
  const auto finished = [&](Document& document) {
    writer.add(document);
    progress.finished(outcome(document), writer.usage_of(document));
    if (options.verbose) progress.say(document.path + ": " + std::string(name(outcome(document))));
    const bool too_many_failures =
        options.keep_going > 0 && writer.report().documents(Outcome::failed) >= options.keep_going;
    if (writer.error() || too_many_failures) signals.stop().request_stop();
  };
  const int in_flight = options.in_flight > 0 ? options.in_flight : 16 * options.jobs;
  const FlowOptions flow{options.jobs, in_flight, plan.settings.duration("document_time"),
                         plan.settings.group("policy").conditions("private")};
  run_flow(plan.stages, backend, {next, finished}, flow, signals.stop().get_token());
}

int run_plan(const RunOptions& options, const Plan& plan, const Output& output, Signals& signals) {
  const auto backend = backends::make(
      plan, {options.jobs, extract_worker(), signals.hard_stop(), options.offline, options.trace_dir});
  if (!backend) {
    complain(backend.error().message);
    return exit_usage;
  }
  const WallClock::time_point begin = WallClock::now();
  Report::Run run{
      .id = new_run_id(), .started = utc_now("%Y-%m-%dT%H:%M:%SZ"), .finished = {}, .stopped = {}};
  run.jobs = options.jobs;
  RunWriter writer(plan, output);
  {
    Progress progress(options.quiet ? Progress::Mode::none : options.progress);
    DocumentSource source(options, plan, output.folder(), progress);
    run_documents(options, plan, **backend, source, writer, progress, signals);
  }
  // Every document that was taken has its outcome now.
  writer.finish();
  run.finished = utc_now("%Y-%m-%dT%H:%M:%SZ");
  run.wall_ms = nanoseconds_since(begin) / 1'000'000;
  run.exit_code = exit_code_for(writer.report(), writer, signals);
  run.stopped = why_stopped(options, writer.report(), writer, signals);
  const nlohmann::ordered_json report = writer.report().to_json(run);
  const std::optional<Error> unwritten = writer.write_report(report, options.report_file);
  if (!options.quiet) {
    std::fputs(format_report(report).c_str(), stderr);
    std::fprintf(stderr, "records in %s\n", output.folder().c_str());
  }
  if (writer.error())
    complain(writer.error()->message + "; the run was stopped there, what is written is whole");
  if (unwritten) complain(unwritten->message);
  return unwritten && run.exit_code == exit_up_to_date ? exit_failed : run.exit_code;
}

}  // namespace

int run_command(const RunOptions& options) {
  Signals signals(options.grace);
  std::optional<Plan> plan = read_plan_or_complain(options.pipeline);
  if (!plan) return exit_usage;
  if (!options.until.empty() && !cut_after(*plan, options.until)) {
    complain("--until " + options.until + ": the pipeline has no such stage");
    return exit_usage;
  }
  if (options.inputs.empty() && plan->inputs.empty()) {
    complain("nothing to run: name files on the command line, or `input: {paths: […]}` in the pipeline");
    return exit_usage;
  }
  const fs::path output_dir =
      options.output_dir.empty() ? plan->output_dir : fs::absolute(options.output_dir).lexically_normal();
  auto opened = Output::open(output_dir);
  if (const auto* failure = std::get_if<Output::Failure>(&opened)) {
    complain(failure->error.message);
    return failure->held_by_another ? exit_locked : exit_usage;
  }
  // The file is valid, the output is ours: beyond here every document gets an outcome.
  return run_plan(options, *plan, *std::get<std::unique_ptr<Output>>(opened), signals);
}

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Run documents through a pipeline");
  const auto options = std::make_shared<RunOptions>();
  options->pipeline.add_to(*command);
  command->add_option("INPUT", options->inputs, "Files, folders, globs, or - for a list on standard input")
      ->type_name("");
  command->add_flag("-0,--null", options->null_separated,
                    "The list on standard input is separated by NUL bytes");
  command
      ->add_option("-o,--output", options->output_dir, "Folder for the records, in place of the pipeline's")
      ->type_name("DIR");
  command->add_option("-j,--jobs", options->jobs, "CPU workers (default: one per processor)")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--in-flight", options->in_flight,
                   "Documents held in memory at once (default: 16 per job)")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("-k,--keep-going", options->keep_going,
                   "Failures after which to stop (default: no limit; 1: the first)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 60));
  command->add_option("--limit", options->limit, "Take only so many documents")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1} << 60));
  command->add_option("--only", options->only, "Take only documents whose path matches")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command->add_option("--until", options->until, "Stop each document after this stage")->type_name("STAGE");
  command->add_flag("--offline", options->offline,
                    "Let nothing leave this machine: no model in the cloud is asked");
  command
      ->add_option("--trace", options->trace_dir,
                   "Write what models are asked and answer to files of this folder, without keys")
      ->type_name("DIR");
  command
      ->add_option("--report", options->report_file,
                   "Write the report to this file too; - is standard output")
      ->type_name("FILE");
  command
      ->add_option_function<std::string>(
          "--grace",
          [options](const std::string& text) {
            options->grace = std::chrono::milliseconds(1000 * std::stol(text));
          },
          "Seconds that running calls have after the first SIGINT or SIGTERM (default: 30)")
      ->check(CLI::Range(0, 86'400))
      ->type_name("SECONDS");
  const std::map<std::string, Progress::Mode> modes = {{"auto", Progress::Mode::automatic},
                                                       {"bar", Progress::Mode::bar},
                                                       {"plain", Progress::Mode::plain},
                                                       {"none", Progress::Mode::none}};
  command->add_option("--progress", options->progress, "auto, bar, plain or none")
      ->transform(CLI::CheckedTransformer(modes))
      ->type_name("MODE");
  command->add_flag("-q,--quiet", options->quiet, "Print errors only");
  command->add_flag("-v,--verbose", options->verbose, "Print a line for each document");
  command->callback([options, &exit_code] {
    if (options->jobs == 0)
      options->jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    exit_code = run_command(*options);
  });
}

}  // namespace docket
