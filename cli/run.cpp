#include "cli/run.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "cli/depfile.h"
#include "cli/document_source.h"
#include "cli/exit_code.h"
#include "cli/missing.h"
#include "cli/run_ledger.h"
#include "cli/run_writer.h"
#include "cli/signals.h"
#include "cli/table.h"
#include "pipeline/pipeline.h"
#include "pipeline/run/flow.h"
#include "pipeline/run/output.h"
#include "pipeline/support/duration.h"
#include "pipeline/support/iso_8601.h"
#include "pipeline/support/stopwatch.h"

namespace docket {

namespace fs = std::filesystem;

namespace {

/// Sorts by time; the last part tells runs of one second apart.
std::string new_run_id() {
  std::uint32_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random)
    random = static_cast<std::uint32_t>(std::clock());
  char text[16];
  std::snprintf(text, sizeof text, "-%08x", random);
  std::string time = utc_now();  // 2026-11-01T12:00:00Z without its punctuation.
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return time + text;
}

/// docket-extract lies beside docket, built or installed.
fs::path extract_worker() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "docket-extract";
}

/// Keeps the stage `until` and those before it. False: there is no such stage.
bool cut_after(Pipeline& pipeline, const std::string& until) {
  const StageConfig* last = pipeline.stage(until);
  if (last == nullptr) return false;
  const auto position = static_cast<std::size_t>(last - pipeline.stages.data());
  std::vector<std::size_t> kept = all_before(pipeline.stages, position);
  kept.push_back(position);
  std::vector<StageConfig> stages;
  for (const std::size_t i : kept) {
    StageConfig stage = std::move(pipeline.stages[i]);
    for (std::size_t& earlier : stage.after) {
      earlier = static_cast<std::size_t>(std::ranges::find(kept, earlier) - kept.begin());
    }
    stages.push_back(std::move(stage));
  }
  pipeline.stages = std::move(stages);
  return true;
}

/// What a run does with documents that need nothing.
class UpToDateDocuments final : public DocumentSource::Listener {
 public:
  UpToDateDocuments(const RunOptions& options, RunLedger& ledger, Progress& progress, Depfile* depfile)
      : options_(options), ledger_(ledger), progress_(progress), depfile_(depfile) {}

  void warned(const std::string& warning) override { progress_.say("docket: warning: " + warning); }
  void up_to_date(const Input& input, Outcome outcome) override {
    ++(outcome == Outcome::held ? held_ : done_);
    progress_.kept();
    if (options_.verbose) progress_.say(input.path + ": up to date");
  }
  void parked(std::size_t number, const LedgerDocument& document) override {
    parked_.emplace_back(number, document);
    progress_.kept();
    if (options_.verbose) progress_.say(document.path + ": parked");
  }
  void seen(const std::string& path, const FileStamp& stamp, bool in_input) override {
    ledger_.ledger().document_seen(path, stamp, in_input);
  }
  void record_looks_old(const std::string& record) override {
    // make compares times: a record that is up to date must not look older than what it was made from.
    if (!options_.keep_mtime) utimensat(AT_FDCWD, record.c_str(), nullptr, 0);
  }
  void named(const Input& input, const std::string& record) override {
    if (depfile_ != nullptr) depfile_->add(record, input.file);
  }

  /// Once the source has come to its end.
  void add_to(Report& report) const {
    for (std::int64_t i = 0; i < done_; ++i)
      report.add_up_to_date(Outcome::done);
    for (std::int64_t i = 0; i < held_; ++i)
      report.add_up_to_date(Outcome::held);
    for (const auto& [number, document] : parked_)
      report.add_parked(number, document.path, document.error_stage.value_or(""),
                        document.error.value_or(Error{}));
  }

 private:
  const RunOptions& options_;
  RunLedger& ledger_;
  Progress& progress_;
  Depfile* const depfile_;
  std::int64_t done_ = 0, held_ = 0;
  std::vector<std::pair<std::size_t, LedgerDocument>> parked_;
};

int exit_code_for(const Report& report, const RunWriter& writer, const Signals& signals) {
  if (signals.received() != 0) return 128 + signals.received();
  if (report.backend_unavailable()) return exit_unavailable;
  if (writer.error() || report.documents(Outcome::failed) > 0) return exit_failed;
  if (report.documents(Outcome::held) + report.up_to_date(Outcome::held) > 0) return exit_held;
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

/// How a document ended, and for each stage that ran or was spared, why.
std::string story(const Document& document, const Pipeline& pipeline) {
  std::string text = document.path + ": " + std::string(name(outcome(document))) + " (" + document.why + ")";
  for (std::size_t i = 0; i < document.stages.size(); ++i) {
    const StageResult& result = document.stages[i];
    text += "\n  " + pipeline.stages[i].id + ": ";
    if (result.origin.taken)
      text += "kept";
    else
      text += std::string(name(result.state)) + (result.origin.why.empty() ? "" : ", " + result.origin.why);
  }
  return text;
}

/// The flow itself: every document that is taken ends in the writer.
void run_documents(const RunOptions& options, const Pipeline& pipeline, Backend& backend, RunLedger& ledger,
                   DocumentSource& source, RunWriter& writer, Progress& progress, Signals& signals) {
  const auto next = [&]() -> DocumentPtr {
    ledger.ledger().wait_for_room();
    DocumentPtr document = source.next(signals.stop().get_token());
    if (document)
      progress.taken();
    else
      progress.all_taken();
    return document;
  };
  const auto finished = [&](Document& document) {
    writer.add(document);
    progress.finished(outcome(document), writer.usage_of(document));
    if (options.verbose) progress.say(story(document, pipeline));
    const bool too_many_failures =
        options.keep_going > 0 && writer.report().documents(Outcome::failed) >= options.keep_going;
    if (writer.error() || too_many_failures) signals.stop().request_stop();
  };
  const int in_flight = options.in_flight > 0 ? options.in_flight : 16 * options.jobs;
  const FlowOptions flow{options.jobs, in_flight, pipeline.settings.duration("document_time"),
                         pipeline.settings.group("policy").conditions("private")};
  run_flow(pipeline.stages, backend, {next, finished}, flow, signals.stop().get_token(), &ledger.stages());
}

/// Documents that the ledger has and the whole input, which was just listed, has not.
void look_for_missing(const RunOptions& options, const Pipeline& pipeline, const Output& output,
                      LedgerDatabase& ledger, RunWriter& writer, const Signals& signals) {
  auto missing =
      missing_documents(ledger, DocumentSet::in_input,
                        input_options(options.inputs, options.null_separated, pipeline, output.folder()),
                        signals.hard_stop(), [](const std::string&) {});  // The run has warned already.
  if (!missing) return writer.fail(missing.error());
  writer.report().set_missing(std::move(*missing));
}

/// Everything between the first document and the last; where it ends early, the writer has the error.
void work(const RunOptions& options, const Pipeline& pipeline, const Output& output, RunLedger& ledger,
          Backend& backend, RunWriter& writer, Signals& signals) {
  std::optional<Depfile> depfile;
  if (!options.depfile.empty()) depfile.emplace(pipeline.files);
  Progress progress(options.quiet ? Progress::Mode::none : options.progress);
  auto reading = ledger.ledger().read();
  if (!reading) return writer.fail(reading.error());
  const Result<std::int64_t> known_before = count_in_input(**reading);
  if (!known_before) return writer.fail(known_before.error());
  const std::stop_callback told(signals.stop().get_token(), [&] {
    if (signals.received() == 0 || options.quiet) return;
    progress.say("docket: stopping: what is under way has " + format_duration(options.grace) +
                 " to end; another signal stops at once");
  });
  UpToDateDocuments up_to_date(options, ledger, progress, depfile ? &*depfile : nullptr);
  DocumentSource source(options, pipeline, output.folder(), &**reading, ledger.pipeline_digest(), up_to_date);
  run_documents(options, pipeline, backend, ledger, source, writer, progress, signals);
  // Every document that was taken has its outcome now.
  if (source.failure()) writer.fail(*source.failure());
  up_to_date.add_to(writer.report());
  writer.finish();
  if (source.listed_all() && !writer.error() && source.known_in_input() < *known_before)
    look_for_missing(options, pipeline, output, **reading, writer, signals);
  if (!depfile) return;
  if (const auto failed = depfile->write(options.depfile)) writer.fail(*failed);
}

int run_pipeline(const RunOptions& options, const Pipeline& pipeline, const Output& output, RunLedger& ledger,
                 const MakeBackend& make_backend, Signals& signals) {
  const auto backend =
      make_backend(pipeline, {options.jobs, extract_worker(), signals.hard_stop(), options.offline,
                              options.trace_dir, &ledger.ledger(), ledger.models(), !options.always_make()});
  if (!backend) {
    print_error(backend.error().message);
    return exit_usage;
  }
  const WallClock::time_point begin = WallClock::now();
  Report::Run run{.id = new_run_id(), .started = utc_now(), .finished = {}, .stopped = {}};
  run.jobs = options.jobs;
  RunWriter writer(pipeline, output, ledger, {options.whole_input(), options.keep_mtime});
  if (const auto failed = ledger.begin(run)) writer.fail(*failed);
  if (!writer.error()) work(options, pipeline, output, ledger, **backend, writer, signals);
  run.finished = utc_now();
  run.wall_ms = nanoseconds_since(begin) / 1'000'000;
  run.exit_code = exit_code_for(writer.report(), writer, signals);
  run.stopped = why_stopped(options, writer.report(), writer, signals);
  const nlohmann::ordered_json report = writer.report().to_json(run);
  std::optional<Error> unwritten = writer.write_report(report, options.report_file);
  if (const auto failed = ledger.end(run.exit_code, to_line(report)); failed && !unwritten && !writer.error())
    unwritten = failed;
  if (!options.quiet) {
    std::fputs(format_report(report).c_str(), stderr);
    std::fprintf(stderr, "records in %s\n", output.folder().c_str());
  } else if (run.exit_code == exit_failed || run.exit_code == exit_unavailable) {
    std::fputs(format_failures(report).c_str(), stderr);
  }
  if (writer.error())
    print_error(writer.error()->message + "; the run was stopped there, what is written is whole");
  if (unwritten) print_error(unwritten->message);
  return unwritten && run.exit_code == exit_up_to_date ? exit_failed : run.exit_code;
}

/// The output, when it is free; else says why not.
std::variant<std::unique_ptr<Output>, Output::Failure> open_output(const RunOptions& options,
                                                                   const fs::path& folder, Signals& signals) {
  if (!options.wait) return Output::open(folder);
  return Output::open_when_free(folder, signals.stop().get_token(), [&](const LockHolder& holder) {
    if (!options.quiet)
      print_error("waiting for " + to_string(holder) + ", which writes to " + folder.string());
  });
}

}  // namespace

std::optional<Pipeline> load_pipeline_for_run(const RunOptions& options) {
  std::optional<Pipeline> pipeline = load_pipeline(options.pipeline);
  if (!pipeline) return pipeline;
  if (!options.until.empty() && !cut_after(*pipeline, options.until)) {
    print_error("--until " + options.until + ": the pipeline has no such stage");
    return std::nullopt;
  }
  if (options.inputs.empty() && pipeline->inputs.empty()) {
    print_error("nothing to run: name files on the command line, or `input: {paths: […]}` in the pipeline");
    return std::nullopt;
  }
  return pipeline;
}

int run_command(const RunOptions& options, const MakeBackend& make_backend, const FindModels& find_models) {
  Signals signals(options.grace);
  const std::optional<Pipeline> pipeline = load_pipeline_for_run(options);
  if (!pipeline) return exit_usage;
  auto opened = open_output(options, output_folder(options.output_dir, *pipeline), signals);
  if (const auto* failure = std::get_if<Output::Failure>(&opened)) {
    if (signals.received() != 0) return 128 + signals.received();
    print_error(failure->error.message);
    return failure->held_by_another ? exit_locked : exit_usage;
  }
  const Output& output = *std::get<std::unique_ptr<Output>>(opened);
  auto ledger = RunLedger::open(*pipeline, output, options,
                                find_models(*pipeline, options.offline, signals.hard_stop()));
  if (!ledger) {
    print_error(ledger.error().message);
    return exit_usage;
  }
  // The file is valid, the output and its ledger are ours: beyond here every document gets an outcome.
  return run_pipeline(options, *pipeline, output, **ledger, make_backend, signals);
}

}  // namespace docket
